import { globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUT = join(ROOT, "dist/bench");
const SOURCES = "{core,adapters,examples,bench}/**/*.ts";
/** Tests, and AssemblyScript. */
const NOT_RUN = /\.test\.ts$|\.d\.ts$|^core[/\\]scan[/\\]kernel[/\\]source[/\\]/;

/**
 * Compiles what the bench runs to JavaScript, as it is deployed: a runtime that strips types while it loads keeps
 * 15 MiB and more of sources and compiler in the memory that is measured.
 *
 * @returns The URL of the compiled `bench/`, with a slash behind.
 */
export function compileBench(): URL {
  const compilerOptions: ts.CompilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ESNext,
    verbatimModuleSyntax: true,
    rewriteRelativeImportExtensions: true,
  };
  const wanted = new Set<string>();
  for (const source of globSync(SOURCES, { cwd: ROOT })) {
    if (NOT_RUN.test(source)) continue;
    const compiled = join(OUT, source.replace(/\.ts$/, ".js"));
    wanted.add(compiled);
    const { mtimeMs } = statSync(join(ROOT, source));
    if (mtimeMs < (statSync(compiled, { throwIfNoEntry: false })?.mtimeMs ?? 0)) continue;
    const text = readFileSync(join(ROOT, source), "utf8");
    mkdirSync(dirname(compiled), { recursive: true });
    writeFileSync(compiled, ts.transpileModule(text, { fileName: source, compilerOptions }).outputText);
  }
  for (const compiled of globSync("*/**/*.js", { cwd: OUT })) {
    if (!wanted.has(join(OUT, compiled))) rmSync(join(OUT, compiled));
  }
  // The public names, for all runtimes: Deno reads its own file first.
  for (const [file, key] of [
    ["package.json", "exports"],
    ["deno.json", "imports"],
  ] as const) {
    const { name, type, [key]: names } = JSON.parse(readFileSync(join(ROOT, file), "utf8"));
    const compiledNames = JSON.parse(JSON.stringify(names).replaceAll('.ts"', '.js"'));
    const own = key === "exports" ? { name, type } : { nodeModulesDir: "manual" };
    writeFileSync(join(OUT, file), `${JSON.stringify({ ...own, [key]: compiledNames }, undefined, 2)}\n`);
  }
  return pathToFileURL(join(OUT, "bench/"));
}
