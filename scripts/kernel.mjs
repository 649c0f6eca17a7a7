// `npm run build:kernel`: compiles core/scan/kernel/source to WebAssembly, and writes it as a module. With --check it
// only compares: what is committed must be what the source gives.
import { readFileSync, writeFileSync } from "node:fs";
import { root } from "./install.mjs";

const { main } = await import("assemblyscript/asc");
const folder = "core/scan/kernel";
const target = `${root}${folder}/kernel.wasm.ts`;
const files = new Map();
const { error, stderr } = await main(
  [
    `${folder}/source/index.ts`,
    "--baseDir",
    root,
    "--outFile",
    "kernel.wasm",
    "-O3",
    "--runtime",
    "stub",
    "--noAssert",
    "--importMemory",
    "--noExportMemory",
    "--enable",
    "simd",
    "--enable",
    "bulk-memory",
    "--use",
    "abort=",
  ],
  { writeFile: (name, content) => void files.set(name, content) },
);
if (error) {
  console.error(stderr.toString());
  process.exit(1);
}
const base64 = Buffer.from(files.get("kernel.wasm")).toString("base64");
const lines = base64.match(/.{1,100}/g).map((line) => `  "${line}"`);
const text = `// Made by \`npm run build:kernel\` from source/: do not edit.

/** The kernel's WebAssembly, in base64. */
export const KERNEL: string =
${lines.join(" +\n")};
`;
if (!process.argv.includes("--check")) {
  writeFileSync(target, text);
  console.log(`${folder}/kernel.wasm.ts: ${files.get("kernel.wasm").length} bytes of WebAssembly`);
} else if (readFileSync(target, "utf8") !== text) {
  console.error(`${folder}/kernel.wasm.ts is not what its source gives: run \`npm run build:kernel\`.`);
  process.exit(1);
}
