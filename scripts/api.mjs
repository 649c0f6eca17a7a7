// The public API as one text file, so that a change of it shows in review: every exported name of every entry
// point with its declaration, read from the built declarations. Fails when core/api.md says otherwise.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import ts from "typescript";
import { root } from "./install.mjs";

const report = `${root}core/api.md`;
const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
const { name, version } = JSON.parse(readFileSync(`${root}dist/package/package.json`, "utf8"));

const entries = Object.entries(exports).map(([path, source]) => ({
  title: path.replace(".", name),
  file: `${root}dist/package/${source.replace("./", "").replace(/\.ts$/, ".d.ts")}`,
}));
const program = ts.createProgram(
  entries.map((entry) => entry.file),
  { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ESNext, types: ["node"], noEmit: true },
);
const checker = program.getTypeChecker();
const printer = ts.createPrinter({ removeComments: true });

/** The declarations behind one exported name, without comments and without what a reader can't see anyway. */
function declarationsOf(symbol) {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const renamed = target.name === symbol.name ? "" : `// exported as ${symbol.name}\n`;
  return (target.declarations ?? []).map((declaration) => {
    const whole = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
    const text = printer.printNode(ts.EmitHint.Unspecified, whole, whole.getSourceFile());
    return renamed + text.replace(/^export (declare )?|^declare /, "");
  });
}

const lines = [
  "# Public API",
  "",
  "Written by `npm run api:update`; `npm run ok` fails when it is out of date.",
  "",
];
for (const { title, file } of entries) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  const symbols = checker.getExportsOfModule(module).sort((a, b) => (a.name < b.name ? -1 : 1));
  lines.push(`## ${title}`, "", "```ts", ...symbols.flatMap(declarationsOf), "```", "");
}
const text = lines.join("\n");

if (process.argv.includes("--update")) {
  writeFileSync(report, text);
  console.log(`core/api.md: ${name} ${version}, ${text.split("\n").length} lines`);
} else if (!existsSync(report) || readFileSync(report, "utf8") !== text) {
  const old = new Set((existsSync(report) ? readFileSync(report, "utf8") : "").split("\n"));
  const now = new Set(text.split("\n"));
  for (const line of old) if (!now.has(line)) console.error(`- ${line}`);
  for (const line of now) if (!old.has(line)) console.error(`+ ${line}`);
  console.error(
    "The public API differs from core/api.md. If that is meant: npm run api:update, and commit it.",
  );
  process.exit(1);
}
