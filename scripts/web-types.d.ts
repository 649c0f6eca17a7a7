// Web globals that all three runtimes have and that neither lib "ESNext" nor @types/node 24 declares as types.
// The lib "DOM" would bring them, and with them `document`, `window` and a thousand names that exist nowhere here.
// Only tsc reads this file: Deno brings its own types, and nothing of it may reach the published declarations
// (scripts/build.mjs checks them without it).
import type * as util from "node:util";
import type * as worker from "node:worker_threads";

declare global {
  interface TextDecoder extends util.TextDecoder {}
  interface TextEncoder extends util.TextEncoder {}
  interface MessageChannel extends worker.MessageChannel {}
  interface MessagePort extends worker.MessagePort {}

  namespace WebAssembly {
    type ValueType = "i32" | "i64" | "f32" | "f64" | "v128" | "externref" | "funcref";
    type ImportExportKind = "function" | "global" | "memory" | "table";
    type ImportValue = ((...args: never[]) => unknown) | Global | Memory | Table | number;
    type Imports = Record<string, Record<string, ImportValue>>;
    type ExportValue = ((...args: number[]) => number) | Global | Memory | Table;
    type Exports = Record<string, ExportValue>;

    class Memory {
      constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
      readonly buffer: ArrayBuffer | SharedArrayBuffer;
      grow(pages: number): number;
    }
    class Global {
      constructor(descriptor: { value: ValueType; mutable?: boolean }, value?: number | bigint);
      value: number | bigint;
    }
    class Table {
      constructor(descriptor: { element: "anyfunc" | "externref"; initial: number; maximum?: number });
      readonly length: number;
    }
    class Module {
      constructor(bytes: ArrayBuffer | ArrayBufferView);
      static exports(module: Module): { name: string; kind: ImportExportKind }[];
      static imports(module: Module): { module: string; name: string; kind: ImportExportKind }[];
    }
    class Instance {
      constructor(module: Module, imports?: Imports);
      readonly exports: Exports;
    }
    class CompileError extends Error {}
    class LinkError extends Error {}
    class RuntimeError extends Error {}
    function validate(bytes: ArrayBuffer | ArrayBufferView): boolean;
    function compile(bytes: ArrayBuffer | ArrayBufferView): Promise<Module>;
    function instantiate(module: Module, imports?: Imports): Promise<Instance>;
  }
}
