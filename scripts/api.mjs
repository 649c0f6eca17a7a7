// The public API as one text file, so that a change of it shows in review: every exported name of every entry
// point with its declaration, read from the built declarations; what is @internal is no promise and left out. Fails when
// core/api.md says otherwise, and when a function lacks an example or says nothing of a parameter.
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

const targetOf = (symbol) =>
  symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
const tagsOf = (node) => ts.getJSDocTags(node).map((tag) => tag.tagName.text);
const isInternal = (node) => tagsOf(node).includes("internal");

/** A declaration without the members that are @internal. */
function promised(declaration) {
  const visit = (node) => (isInternal(node) ? undefined : node);
  return ts.visitEachChild(declaration, visit, undefined);
}

/** The declarations behind one exported name, without comments and without what a reader can't see anyway. */
function declarationsOf(symbol) {
  const target = targetOf(symbol);
  const renamed = target.name === symbol.name ? "" : `// exported as ${symbol.name}\n`;
  return (target.declarations ?? []).map((declaration) => {
    const whole = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : promised(declaration);
    const text = printer.printNode(ts.EmitHint.Unspecified, whole, declaration.getSourceFile());
    return renamed + text.replace(/^export (declare )?|^declare /, "");
  });
}

/** What the comment of an exported function doesn't say. That of its first overload stands for all. */
function unsaid(symbol) {
  const [first] = targetOf(symbol).declarations ?? [];
  if (first === undefined || !ts.isFunctionDeclaration(first)) return [];
  const said = new Set(
    ts
      .getJSDocTags(first)
      .filter(ts.isJSDocParameterTag)
      .map((tag) => tag.name.getText()),
  );
  return [
    ...(tagsOf(first).includes("example") ? [] : [`${symbol.name}: has no @example`]),
    ...first.parameters
      .map((parameter) => parameter.name.getText())
      .filter((name) => !said.has(name))
      .map((name) => `${symbol.name}: has no @param ${name}`),
  ];
}

const lines = [
  "# Public API",
  "",
  "Written by `npm run api:update`; `npm run ok` fails when it is out of date.",
  "",
];
const missing = [];
for (const { title, file } of entries) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file));
  const symbols = checker.getExportsOfModule(module).sort((a, b) => (a.name < b.name ? -1 : 1));
  missing.push(...symbols.flatMap(unsaid));
  lines.push(`## ${title}`, "", "```ts", ...symbols.flatMap(declarationsOf), "```", "");
}
const text = lines.join("\n");

if (missing.length > 0) {
  console.error(missing.join("\n"));
  process.exit(1);
}
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
