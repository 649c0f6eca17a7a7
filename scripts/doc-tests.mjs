// Turns documentation into tests. Every ```ts block of a JSDoc comment in core/ and adapters/ becomes a module under
// .doctest/ that a test imports: an example that throws fails. Blocks of Markdown files become modules that are type-checked
// only, because they may read files that a reader has and we have not. A block marked ```ts ignore is left alone.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { root } from "./install.mjs";

const out = `${root}.doctest`;
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

/** The fenced blocks of a text, with the line each one starts at and the title of its @example, if it has one. */
function blocksOf(text) {
  const blocks = [];
  let open;
  let title = "";
  for (const [index, line] of text.split("\n").entries()) {
    const bare = line.replace(/^\s*\*( |$)/, "");
    if (bare.startsWith("@example")) title = bare.slice("@example".length).trim();
    if (open === undefined) {
      if (/^```ts\s*$/.test(bare)) open = { line: index + 1, title, code: [] };
    } else if (bare.startsWith("```")) {
      blocks.push({ ...open, code: open.code.join("\n") });
      open = undefined;
      title = "";
    } else open.code.push(bare);
  }
  return blocks;
}

/** Writes one module per block and returns each one's path and name, and whether it registers tests of its own. */
function writeModules(file, text) {
  return blocksOf(text).map(({ line, title, code }) => {
    const path = `${file.replace(/\.(ts|md)$/, "")}-${line}.ts`;
    mkdirSync(dirname(`${out}/${path}`), { recursive: true });
    writeFileSync(`${out}/${path}`, `${code}\nexport {};\n`);
    return { path, name: `${file}:${line} ${title}`.trim(), registers: code.includes('from "node:test"') };
  });
}

const sources = globSync("{core,adapters}/**/*.ts", { cwd: root }).filter(
  (file) => !/\.(test|d)\.ts$/.test(file),
);
const examples = sources.sort().flatMap((file) => {
  const comments = readFileSync(root + file, "utf8").replace(
    // Only comments count, at their own line numbers: everything else becomes empty lines.
    /((?:^|\*\/)(?:(?!\/\*\*)[\s\S])*)/g,
    (code) => code.replace(/[^\n]/g, ""),
  );
  return writeModules(file, comments);
});
for (const file of globSync(["*.md", "examples/*/*.md"], { cwd: root })) {
  writeModules(file, readFileSync(root + file, "utf8"));
}

// An example that registers tests does so at the top: Bun allows none inside a test.
const tests = examples.map(({ path, name, registers }) =>
  registers
    ? `await import("./${path}");`
    : `test(${JSON.stringify(name)}, async () => void (await import("./${path}")));`,
);
writeFileSync(`${out}/examples.test.ts`, ['import { test } from "node:test";', ...tests, ""].join("\n"));
console.log(`${examples.length} examples`);
