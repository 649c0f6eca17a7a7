// Uses the packed tarball as a stranger would: unpacked into a project's node_modules, imported by public name on
// the three runtimes, and its declarations checked in full (no skipLibCheck, none of our own ambient types).
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { root } from "./install.mjs";

const { name, version, exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const home = `${root}dist/consumer`;
const installed = `${home}/node_modules/${name}`;
rmSync(home, { recursive: true, force: true });
mkdirSync(installed, { recursive: true });
execFileSync("tar", ["-xzf", `${root}dist/${name}-${version}.tgz`, "-C", installed, "--strip-components=1"]);

const entries = Object.keys(exports).map((path) => path.replace(".", name));
const options = {
  module: "nodenext",
  target: "esnext",
  lib: ["esnext"],
  types: ["node"],
  strict: true,
  noEmit: true,
};
const files = {
  "package.json": { type: "module", dependencies: { [name]: version } },
  "deno.json": { nodeModulesDir: "manual", lock: false },
  "tsconfig.json": { compilerOptions: options, files: ["main.ts"] },
  "main.ts": [
    ...entries.map((entry, i) => `import * as entry${i} from "${entry}";`),
    `const entries = { ${entries.map((entry, i) => `"${entry}": entry${i}`).join(", ")} };`,
    "for (const [name, entry] of Object.entries(entries)) {",
    `  if (Object.keys(entry).length === 0) throw new Error(name + " exports nothing");`,
    "}",
  ].join("\n"),
};
for (const [file, content] of Object.entries(files)) {
  writeFileSync(`${home}/${file}`, typeof content === "string" ? content : JSON.stringify(content));
}

for (const [command, ...args] of [
  ["tsc", "-p", "."],
  ["node", "main.ts"],
  ["deno", "run", "--check", "-A", "main.ts"],
  ["bun", "main.ts"],
]) {
  console.log(`${command} ${args.join(" ")}`);
  execFileSync(`${root}node_modules/.bin/${command}`, args, { cwd: home, stdio: "inherit" });
}
