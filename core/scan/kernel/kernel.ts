import { KERNEL } from "./kernel.wasm.ts";
import { UTF8_TABLES } from "./utf8-tables.ts";

/** The part of WebAssembly used here: the type libraries that all three runtimes share don't name it. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
}

/** What the kernel exports: offsets in the memory that it shares with the pool, as signed words. */
interface KernelExports {
  readonly scanLines: (scan: number, from: number, to: number, columns: number, capacity: number) => number;
  readonly frameElements: (state: number, from: number, to: number) => number;
  readonly codeOf: (dictionary: number, from: number, length: number, ascii: number) => number;
  readonly codeColumn: (dictionary: number, cell: number, stride: number, rows: number, into: number) => void;
  readonly numberColumn: (cell: number, stride: number, rows: number, into: number) => void;
  readonly numeralColumn: (cell: number, stride: number, rows: number, into: number) => void;
  readonly gatherTexts: (
    cell: number,
    stride: number,
    rows: number,
    into: number,
    room: number,
    ends: number,
  ) => number;
  readonly spliceRows: (
    plan: number,
    columns: number,
    stride: number,
    numbers: number,
    count: number,
    out: number,
    end: number,
  ) => number;
  readonly recallRows: (
    memory: number,
    shift: number,
    table: number,
    ids: number,
    rows: number,
    from: number,
    to: number,
    slots: number,
  ) => number;
  readonly countRows: (counts: number, slots: number, from: number, to: number) => void;
  readonly sumRows: (
    highs: number,
    lows: number,
    slots: number,
    rows: number,
    values: number,
    from: number,
    to: number,
  ) => number;
  readonly extremeRows: (
    numbers: number,
    marks: number,
    mark: number,
    slots: number,
    rows: number,
    values: number,
    from: number,
    to: number,
    largest: number,
  ) => void;
  readonly distinctRows: (
    pages: number,
    width: number,
    bits: number,
    free: number,
    slots: number,
    rows: number,
    numbers: number,
    sizes: number,
    most: number,
    from: number,
    to: number,
  ) => number;
  readonly rowsWithin: (
    values: number,
    rows: number,
    from: number,
    to: number,
    least: number,
    end: number,
  ) => number;
  readonly largestOf: (values: number, rows: number, from: number, to: number, before: number) => number;
  readonly getTextsAt: () => number;
  readonly keptSegments: (
    table: number,
    codes: number,
    kept: number,
    known: number,
    numbers: number,
    from: number,
    to: number,
  ) => number;
  readonly numberSegments: (
    table: number,
    values: number,
    numbers: number,
    from: number,
    to: number,
    columns: number,
    stride: number,
    cell: number,
    texts: number,
    end: number,
  ) => number;
  readonly stringSegments: (
    table: number,
    texts: number,
    numbers: number,
    units: number,
    count: number,
  ) => number;
  readonly findOutside: (
    values: number,
    least: number,
    most: number,
    above: number,
    below: number,
    integer: number,
    aside: number,
    rows: number,
    list: number,
  ) => number;
  readonly findUnmarked: (
    codes: number,
    marks: number,
    known: number,
    aside: number,
    rows: number,
    list: number,
  ) => number;
  readonly findOthers: (bytes: number, value: number, aside: number, rows: number, list: number) => number;
  readonly findMarked: (before: number, mark: number, aside: number, rows: number, list: number) => number;
  readonly lookUpCodes: (
    codes: number,
    table: number,
    known: number,
    aside: number,
    rows: number,
    into: number,
    list: number,
  ) => number;
  readonly packHalves: (first: number, second: number, rows: number, into: number) => void;
  readonly markRefused: (flags: number, stride: number, rows: number, mark: number, aside: number) => number;
  readonly patternColumn: (pattern: number, cell: number, stride: number, rows: number, into: number) => void;
  readonly patternSegments: (pattern: number, table: number, rows: number, into: number) => void;
  readonly textColumn: (column: number, cell: number, stride: number, rows: number) => number;
  readonly createDictionary: (codes: number, size_bytes: number) => number;
  readonly allocate: (size_bytes: number) => number;
  readonly setHeap: (from: number, to: number) => void;
  readonly setTables: (tens: number, fives: number) => void;
  readonly setUtf8Tables: (at: number) => void;
}

/**
 * The WebAssembly kernel, bound to a pool's memory.
 *
 * It allots what it needs from a part of that memory that is its own, and never more: {@link KernelExports.allocate}
 * answers 0 then.
 *
 * @internal
 */
export interface Kernel extends KernelExports {
  /** Size of the part of the memory that is its own. */
  readonly heap_bytes: number;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
}

let module: object | undefined;

function api(): WebAssemblyApi | undefined {
  return (globalThis as { readonly WebAssembly?: WebAssemblyApi }).WebAssembly;
}

/** Bytes of base64: a loop, since a call for each of them takes 3 ms before it is compiled. */
function decoded(base64: string): Uint8Array {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Compiles the kernel, once; `undefined` where there is no WebAssembly, or none with SIMD. */
function compiled(): object | undefined {
  const WebAssembly = api();
  if (WebAssembly === undefined) return undefined;
  try {
    module ??= new WebAssembly.Module(decoded(KERNEL));
  } catch {
    // No SIMD, or a policy that forbids compiling: the scanner in plain JavaScript does the same.
  }
  return module;
}

/** Whether this runtime can run the kernel. */
export function hasKernel(): boolean {
  return compiled() !== undefined;
}

/** Powers of ten that are doubles, and of five as 128 bits: by Lemire (2021), section 5. */
const TENS = 23;
const LEAST_FIVE = -65;
const MOST_FIVE = 60;

let fivesMade: BigUint64Array | undefined;

function fives(): BigUint64Array {
  if (fivesMade !== undefined) return fivesMade;
  const words = new BigUint64Array(2 * (MOST_FIVE - LEAST_FIVE + 1));
  for (let q = LEAST_FIVE; q <= MOST_FIVE; q++) {
    let value = 5n ** BigInt(Math.abs(q));
    const bits = BigInt(value.toString(2).length);
    // 128 bits with the highest set: positive powers cut off, negative ones rounded up.
    if (q < 0) value = (1n << (bits + 127n)) / value + 1n;
    else value = bits > 128n ? value >> (bits - 128n) : value << (128n - bits);
    words[2 * (q - LEAST_FIVE)] = value >> 64n;
    words[2 * (q - LEAST_FIVE) + 1] = value & 0xffff_ffff_ffff_ffffn;
  }
  fivesMade = words;
  return words;
}

/**
 * Binds the kernel to a memory.
 *
 * @param memory The pool's `WebAssembly.Memory`, which never grows.
 * @param from First byte of the kernel's own part; a multiple of 16.
 * @param to Its end.
 * @returns `undefined` where WebAssembly with SIMD is not to be had.
 */
export function openKernel(
  memory: { readonly buffer: ArrayBuffer },
  from: number,
  to: number,
): Kernel | undefined {
  const module = compiled();
  if (module === undefined) return undefined;
  const { exports } = new (api() as WebAssemblyApi).Instance(module, { env: { memory } });
  const { buffer } = memory;
  const kernel: Kernel = {
    ...(exports as unknown as KernelExports),
    heap_bytes: to - from,
    u8: new Uint8Array(buffer),
    i32: new Int32Array(buffer),
    f64: new Float64Array(buffer),
  };
  kernel.setHeap(from, to);
  const table = fives();
  const tensAt = kernel.allocate(8 * TENS);
  const fivesAt = kernel.allocate(table.byteLength);
  const utf8At = kernel.allocate(UTF8_TABLES.length);
  if (tensAt === 0 || fivesAt === 0 || utf8At === 0) return undefined;
  for (let i = 0; i < TENS; i++) kernel.f64[tensAt / 8 + i] = Number(`1e${i}`);
  new BigUint64Array(buffer, fivesAt, table.length).set(table);
  kernel.setTables(tensAt, fivesAt);
  kernel.u8.set(UTF8_TABLES, utf8At);
  kernel.setUtf8Tables(utf8At);
  return kernel;
}
