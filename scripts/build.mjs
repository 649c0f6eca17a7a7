// Builds what npm gets: dist/package (JavaScript, declarations, sources, a package.json of its own) and its tarball.
// The package.json at the top exports the sources, so that a clone runs by public name with no build and no flag;
// the published one exports the built files, and the sources under the "source" condition.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { root } from "./install.mjs";

const out = `${root}dist/package`;
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

execFileSync(
  process.execPath,
  [`${root}node_modules/typescript/bin/tsc`, "-p", `${root}scripts/tsconfig.build.json`],
  {
    stdio: "inherit",
  },
);

// Under src/, not beside the declarations: TypeScript would prefer a source to the declaration beside it.
for (const built of globSync("**/*.js", { cwd: out })) {
  const source = built.replace(/\.js$/, ".ts");
  cpSync(root + source, `${out}/src/${source}`);
}
for (const file of ["README.md", "CHANGELOG.md", "LICENSE"]) {
  if (existsSync(root + file)) cpSync(root + file, `${out}/${file}`);
}

const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const kept = [
  "name",
  "version",
  "description",
  "keywords",
  "license",
  "author",
  "type",
  "sideEffects",
  "engines",
];
const published = Object.fromEntries(kept.map((key) => [key, manifest[key]]));
published.exports = Object.fromEntries(
  Object.entries(manifest.exports).map(([name, source]) => [
    name,
    {
      source: source.replace("./", "./src/"),
      types: source.replace(/\.ts$/, ".d.ts"),
      default: source.replace(/\.ts$/, ".js"),
    },
  ]),
);
published.peerDependencies = manifest.peerDependencies;
published.peerDependenciesMeta = manifest.peerDependenciesMeta;
writeFileSync(`${out}/package.json`, `${JSON.stringify(published, null, 2)}\n`);

const npm = process.platform === "win32" ? "npm.cmd" : "npm";
execFileSync(npm, ["pack", "--silent", "--pack-destination", ".."], {
  cwd: out,
  stdio: "inherit",
  shell: npm === "npm.cmd",
});
