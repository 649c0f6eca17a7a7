import { ASIDE, CHUNK_rows, type Chunk, moveTo, NO_CODES } from "../row/chunk.ts";
import { CodeLane, type Lane, wordLane } from "../row/lane.ts";
import {
  type Field,
  fieldAt,
  type Place,
  placedCode,
  readerOf,
  type Shape,
  type ViewShape,
} from "../row/shape.ts";
import { wholeString } from "../row/whole-string.ts";
import type { Kernel } from "../scan/kernel/kernel.ts";
import { described } from "./aggregator.ts";

/** Values of one part of the key that get an id. */
const MOST_IDS = 65_535;

/** The key of the row under way: the values of `by`. */
export interface Keys {
  readonly width: number;
  /** The values that `read` or `recall` found. `-0` stands as 0. */
  readonly values: unknown[];
  /**
   * Ids of the values, two in a word, when every part of the key has one for this row; see `coded`. Equal ids are equal
   * values; they hold for the run.
   */
  readonly ids: Int32Array;
  /**
   * Finds the ids only, where every field has dictionary codes.
   *
   * @returns Whether every part has one.
   */
  readonly coded: () => boolean;
  /** Reads the values. Gives what is wrong with them, when they are no key. */
  readonly read: (row: unknown) => string | undefined;
  /** By chunk: undefined where rows have no columns. */
  readonly chunks: KeyChunks | undefined;
  /** Whether a string may be a part of a larger one: those that no view of ours gave. */
  readonly borrowed: readonly boolean[];
}

/** Keys of whole chunks. */
interface KeyChunks {
  /** Finds the ids of a chunk's rows; sets those aside that have none. */
  readonly columns: (chunk: Chunk) => void;
  /** The ids by row, as {@link Keys.ids} has them: a column for each word. */
  readonly ids: readonly Int32Array[];
  /** Puts the values of a row of that chunk into {@link Keys.values}, and its ids into {@link Keys.ids}. */
  readonly select: (row: number) => void;
}

/** Makes the reader of a key. */
export function keysOf(operator: string, shape: Shape, by: readonly string[]): Keys {
  const fields = by.map((name): Field | undefined =>
    shape.kind === "view" ? fieldAt(shape.fields, name) : undefined,
  );
  const readers = by.map((name) => readerOf(shape, name));
  const width = by.length;
  const values: unknown[] = by.map(() => undefined);
  const ids = new Int32Array((width + 1) >> 1);
  const parts = fields.flatMap((field) =>
    field === undefined || shape.kind === "plain" ? [] : [keyPart(field, shape)],
  );
  const allCoded = width > 0 && fields.every((field) => field?.code !== undefined);
  return {
    chunks:
      parts.length === width && shape.kind === "view"
        ? keyChunks(parts, ids, values, shape.origin.memory.kernel)
        : undefined,
    width,
    values,
    ids,
    borrowed: fields.map((field) => field?.cell === undefined),
    coded: () => {
      if (!allCoded) return false;
      for (let i = 0; i < width; i++) {
        const id = (parts[i] as KeyPart).idOfRow();
        if (id === 0) return false;
        ids[i >> 1] = withId(ids[i >> 1] as number, i, id);
      }
      return true;
    },
    read: (row) => {
      for (let i = 0; i < width; i++) {
        const value = (readers[i] as (row: unknown) => unknown)(row);
        if (!isKey(value)) {
          const was = typeof value === "symbol" ? "a symbol" : described(value);
          return `${operator}: by '${by[i]}' must be a string, number, boolean, bigint or null, was ${was}`;
        }
        values[i] = value === 0 ? 0 : value;
      }
      return undefined;
    },
  };
}

/** A word of ids with that of one part set: even ones have the lower half, and are set first. */
function withId(word: number, part: number, id: number): number {
  return (part & 1) === 0 ? id : word | (id << 16);
}

function isKey(value: unknown): boolean {
  return !(
    (typeof value === "object" && value !== null) ||
    typeof value === "function" ||
    typeof value === "symbol"
  );
}

/** One part of a key: a field, and the ids of its values. */
interface KeyPart {
  /** Id of the value of the row under the cursor, by its dictionary code; 0 when there is none. */
  readonly idOfRow: () => number;
  /** Ids of the rows of a chunk. */
  readonly columns: (chunk: Chunk) => void;
  /** What `columns` found, by row. */
  readonly ids: Lane<Int32Array>;
  /** Values by id. */
  readonly values: readonly unknown[];
}

/**
 * Different codes can be of one value: a column function makes one region of many countries, however they are written.
 * Groups are found by values, so ids are given to these.
 */
function keyPart({ get, code, codePlace, codes = NO_CODES, cell }: Field, { origin }: ViewShape): KeyPart {
  const { cursor, memory } = origin;
  const { kernel } = memory;
  const known = new Map<unknown, number>();
  const values: unknown[] = [undefined];
  const ids = wordLane(kernel, CHUNK_rows);
  const byCode = new CodeLane((length) => wordLane(kernel, length));
  const idOf = (given: unknown): number => {
    const value = given === 0 ? 0 : given;
    const id = known.get(value);
    if (id !== undefined) return id;
    if (!isKey(value) || values.length > MOST_IDS) return 0;
    const own = cell === undefined && typeof value === "string" ? wholeString(value) : value;
    known.set(own, values.length);
    return values.push(own) - 1;
  };
  /** The id of the value under the cursor, noted for its code. */
  const idOfCode = (at: number): number => {
    const id = idOf(get());
    byCode.set(at, id);
    return id;
  };
  const look = (chunk: Chunk, row: number, at: number): void => {
    moveTo(cursor, chunk, row);
    const id = at === 0 ? idOf(get()) : idOfCode(at);
    if (id === 0) chunk.aside[row] = ASIDE;
    ids.values[row] = id;
  };
  return {
    ids,
    values,
    idOfRow: () => {
      const at = placedCode(codePlace as Place, code as () => number);
      if (at === 0) return 0;
      return byCode.get(at) || idOfCode(at);
    },
    columns: (chunk) => {
      const of = codes.of(chunk);
      const { find } = chunk;
      // No code, 0, has no id.
      const many = find.lookUp(chunk, codes, of, byCode.lane, ids);
      for (let i = 0; i < many; i++) {
        const row = find.found[i] as number;
        look(chunk, row, of[row] as number);
      }
    },
  };
}

function keyChunks(
  parts: readonly KeyPart[],
  ids: Int32Array,
  values: unknown[],
  kernel: Kernel | undefined,
): KeyChunks {
  const words = Array.from(ids, (_, word) => {
    const alone = 2 * word + 1 === parts.length;
    return alone ? (parts[2 * word] as KeyPart).ids : wordLane(kernel, CHUNK_rows);
  });
  return {
    ids: words.map(({ values }) => values),
    columns: (chunk) => {
      for (const part of parts) part.columns(chunk);
      for (let i = 1; i < parts.length; i += 2) {
        const first = (parts[i - 1] as KeyPart).ids;
        const second = (parts[i] as KeyPart).ids;
        chunk.find.pack(chunk, first, second, words[i >> 1] as Lane<Int32Array>);
      }
    },
    select: (row) => {
      for (let i = 0; i < ids.length; i++) ids[i] = (words[i] as Lane<Int32Array>).values[row] as number;
      for (let i = 0; i < parts.length; i++) {
        const part = parts[i] as KeyPart;
        values[i] = part.values[part.ids.values[row] as number];
      }
    },
  };
}
