import { KernelCodeColumn, KernelCodes, KernelNumberColumn } from "../scan/kernel/columns.ts";
import { GroupedTexts } from "../scan/kernel/grouped-texts.ts";
import type { Memory } from "../scan/scanner.ts";
import { CellCodes, CellNumbers, type CodeColumn, type NumberColumn } from "./chunk.ts";
import { type Codes, Dictionary, LONGEST_bytes } from "./dictionary.ts";
import { CELL_WORDS, HEADER_WORDS, Kind, type Layout, STRING_KINDS } from "./layout.ts";
import type { ColumnType, Cursor, Field, Place } from "./shape.ts";
import { cellText, type Syntax, utf8Text } from "./text-value.ts";

/** What the fields of one layout share in one run. */
export interface CellContext {
  readonly layout: Layout;
  readonly memory: Memory;
  readonly cursor: Cursor;
  readonly syntax: Syntax;
  /** What is known of the values, by path. */
  readonly types: ReadonlyMap<string, ColumnType>;
}

const NUMBER_KINDS = (1 << Kind.number) | (1 << Kind.null) | (1 << Kind.missing);
const TEXT_KINDS = STRING_KINDS | (1 << Kind.null) | (1 << Kind.missing);
const BOOLEAN_KINDS = (1 << Kind.true) | (1 << Kind.false) | (1 << Kind.null) | (1 << Kind.missing);

/** Column type of a cell by the kinds that it takes. */
function typeOfKinds(accepts: number): ColumnType {
  const values = accepts & ~((1 << Kind.missing) | (1 << Kind.null));
  if (values === 0) return undefined;
  if ((values & ~STRING_KINDS) === 0) return "string";
  if ((values & ~((1 << Kind.number) | (1 << Kind.int64))) === 0) return "number";
  if ((values & ~((1 << Kind.true) | (1 << Kind.false))) === 0) return "boolean";
  if ((values & ~((1 << Kind.object) | (1 << Kind.array))) === 0) return "json";
  return undefined;
}

/**
 * Makes the field of one cell.
 *
 * One getter for each sort of cell, so that the compiler sees few types in each.
 *
 * @param nested Gives the view over the cell's named fields, when it has some.
 */
export function cellField(
  context: CellContext,
  cell: number,
  fields: ReadonlyMap<string, Field> | undefined,
  nested: (() => object) | undefined,
): Field {
  const { accepts, path, integers } = context.layout.cells[cell]!;
  const type = context.types.get(path) ?? typeOfKinds(accepts);
  const optional = (accepts & (1 << Kind.missing)) !== 0;
  const about = { cell, optional, ...(type === undefined ? {} : { type }) };
  if ((accepts & ~NUMBER_KINDS) === 0 && integers !== "int64") {
    return {
      ...about,
      get: numberGetter(context, cell),
      numberPlace: placeOf(context, cell),
      numbers: numbersOf(context, cell),
    };
  }
  if ((accepts & ~BOOLEAN_KINDS) === 0) return { ...about, get: booleanGetter(context, cell) };
  const text = (accepts & STRING_KINDS) === 0 ? undefined : textReader(context, cell);
  if (text !== undefined && (accepts & ~TEXT_KINDS) === 0)
    return { ...about, get: text.get, code: text.code, codes: text.codes, codePlace: placeOf(context, cell) };
  const get = anyGetter(context, cell, text, nested);
  const isNumber = (accepts & (1 << Kind.number)) !== 0 && integers !== "int64";
  // No codes: the payload of a cell that can also hold a number need not be one.
  return {
    ...about,
    get,
    ...(isNumber && { numberPlace: placeOf(context, cell), numbers: numbersOf(context, cell) }),
    ...(fields && { fields }),
  };
}

function numbersOf({ memory }: CellContext, cell: number): NumberColumn {
  const word = WORDS_BEFORE + CELL_WORDS * cell;
  return (memory.kernel && KernelNumberColumn.create(memory.kernel, word)) ?? new CellNumbers(memory, word);
}

function placeOf({ memory: { u32, f64 }, cursor }: CellContext, cell: number): Place {
  return { from: cursor, u32, f64, word: WORDS_BEFORE + CELL_WORDS * cell };
}

const WORDS_BEFORE = HEADER_WORDS;
/** So many strings of a dictionary do not stay in the processor's caches. */
const MANY_VALUES = 4_096;

function numberGetter({ memory: { u32, f64 }, cursor }: CellContext, cell: number): () => unknown {
  const first = WORDS_BEFORE + CELL_WORDS * cell;
  return () => {
    const at = cursor.base + first;
    const kind = u32[at + 1]! >>> 24;
    if (kind === Kind.number) return f64[(at + 2) >>> 1];
    return kind === Kind.null ? null : undefined;
  };
}

function booleanGetter({ memory: { u32 }, cursor }: CellContext, cell: number): () => unknown {
  const first = WORDS_BEFORE + CELL_WORDS * cell;
  return () => {
    const kind = u32[cursor.base + first + 1]! >>> 24;
    if (kind === Kind.true) return true;
    if (kind === Kind.false) return false;
    return kind === Kind.null ? null : undefined;
  };
}

interface TextReader {
  /** The string; `null` or `undefined` for what is none. */
  readonly get: () => unknown;
  readonly code: () => number;
  readonly codes: CodeColumn;
}

/** The dictionary of a cell, and its codes by column. */
function codesOf(
  { memory }: CellContext,
  word: number,
  lookUp: (dictionary: Codes, at: number) => number,
): { dictionary: Codes; codes: CodeColumn } {
  const { kernel } = memory;
  const inKernel = kernel && KernelCodes.create(kernel);
  const column = inKernel && KernelCodeColumn.create(kernel, word, inKernel);
  if (column !== undefined) return { dictionary: inKernel as KernelCodes, codes: column };
  const dictionary = new Dictionary();
  return { dictionary, codes: new CellCodes(memory, word, (at) => lookUp(dictionary, at)) };
}

function textReader(context: CellContext, cell: number): TextReader {
  const { cursor, syntax } = context;
  const { u8, u32 } = context.memory;
  const first = WORDS_BEFORE + CELL_WORDS * cell;
  // The last string that has no code, by the row it was read from: a filter and a sink may both ask for it.
  let seen = -1;
  let kept = "";

  const look = (codes: Codes, at: number): number => {
    const packed = u32[at + 1]!;
    const kind = packed >>> 24;
    const length = packed & 0xff_ffff;
    if ((kind !== Kind.ascii && kind !== Kind.utf8) || length > LONGEST_bytes) return 0;
    const code = codes.code(u8, u32[at]!, length, kind === Kind.ascii);
    u32[at + 2] = code + 1;
    return code;
  };
  const { dictionary, codes } = codesOf(context, first, look);
  const { kernel } = context.memory;
  const groups = kernel && GroupedTexts.create(kernel, first);
  const { values } = dictionary;
  const lookUp = (at: number): number => look(dictionary, at);
  const uncoded = (at: number): unknown => {
    const packed = u32[at + 1]!;
    const kind = packed >>> 24;
    if (kind === Kind.null) return null;
    if (kind < Kind.ascii || kind > Kind.escaped) return undefined;
    if (seen === cursor.epoch) return kept;
    const { chunk } = cursor;
    const ofGroup =
      chunk === undefined || kind !== Kind.ascii ? undefined : groups?.of(chunk, cursor.slots.base >> 1);
    if (ofGroup !== undefined) return ofGroup;
    kept = cellText(u8, u32[at]!, packed & 0xff_ffff, kind, syntax);
    seen = cursor.epoch;
    return kept;
  };
  return {
    codes,
    get: () => {
      const at = cursor.base + first;
      const known = u32[at + 2]!;
      // To find one string among very many takes longer than to make it.
      if (known === 0 && values.length > MANY_VALUES && !codes.used) return uncoded(at);
      const code = known > 0 ? known - 1 : lookUp(at);
      if (code === 0) return uncoded(at);
      const value = values[code];
      return value === undefined ? dictionary.value(code) : value;
    },
    code: () => {
      const at = cursor.base + first;
      const known = u32[at + 2]!;
      return known > 0 ? known - 1 : lookUp(at);
    },
  };
}

/** Cells of several kinds: JSON that is made anew at each read, nested views, integers beyond 2^53. */
function anyGetter(
  context: CellContext,
  cell: number,
  text: TextReader | undefined,
  nested: (() => object) | undefined,
): () => unknown {
  const { cursor, layout } = context;
  const { u8, u32, f64 } = context.memory;
  const first = WORDS_BEFORE + CELL_WORDS * cell;
  const bigint = layout.cells[cell]!.integers === "int64";
  return () => {
    const at = cursor.base + first;
    const packed = u32[at + 1]!;
    switch (packed >>> 24) {
      case Kind.null:
        return null;
      case Kind.false:
        return false;
      case Kind.true:
        return true;
      case Kind.number: {
        const number = f64[(at + 2) >>> 1]!;
        return bigint && Number.isInteger(number) ? BigInt(number) : number;
      }
      case Kind.int64: {
        const digits = utf8Text(u8, u32[at]!, packed & 0xff_ffff);
        return bigint ? BigInt(digits) : Number(digits);
      }
      case Kind.ascii:
      case Kind.utf8:
      case Kind.escaped:
        return text?.get();
      case Kind.object:
        if (nested !== undefined) return nested();
        return JSON.parse(utf8Text(u8, u32[at]!, packed & 0xff_ffff));
      case Kind.array:
        return JSON.parse(utf8Text(u8, u32[at]!, packed & 0xff_ffff));
      default:
        return undefined;
    }
  };
}
