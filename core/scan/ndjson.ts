import { jsonLineWriter } from "../row/json-rows.ts";
import { layoutOf } from "../row/layout.ts";
import { bigintFields, type NumberOptions, planSchema } from "../row/schema.ts";
import type { Shape } from "../row/shape.ts";
import type { InferOutput, Schema } from "../row/standard-schema.ts";
import type { Encoder, Format } from "./format.ts";
import { scanLinesOfJson } from "./kernel/json-scanner.ts";
import { splicerOf } from "./kernel/splicer.ts";
import { rowDecoder } from "./row-decoder.ts";

/** Options of {@link ndjson}. */
export interface NdjsonOptions<Big extends string = string> extends NumberOptions {
  /** Paths of fields whose integers are read as bigint, whatever their size. */
  readonly int64?: readonly Big[];
}

/** A row whose integers in the named fields are bigints. */
export type WithBigints<Row, Big extends string> = [Big] extends [never]
  ? Row
  : Row extends unknown
    ? {
        [K in keyof Row]: K extends Big
          ? Exclude<Row[K], number> | (number extends Row[K] ? bigint : never)
          : Row[K];
      }
    : never;

/**
 * NDJSON: one JSON object a line, UTF-8, lines that end with LF or CRLF; blank lines are skipped.
 *
 * Reading with a schema: its fields become columns, its rules checks, and rows are views over the batch: strings are
 * made when somebody reads them, and those that repeat once. Rows keep what the schema doesn't name: it is not to be
 * read but is written again. A schema that transforms (valibot's `object` does: it drops other fields), that says more
 * than JSON Schema can, or of another library than arktype and valibot, gets each row parsed and validated by itself,
 * and makes plain objects. Without a schema rows are what `JSON.parse` gives.
 *
 * What is refused is a fault of its row, with the code `json`, `utf8`, `depth` (more than 128 levels), `too-long`,
 * `int64` (see {@link NumberOptions}) or `schema`. The last of several members of one name counts.
 *
 * Writing: fields that nobody touched are copied as the bytes that they were; everything else as `JSON.stringify`
 * writes it, and bigints as their digits. A row that JSON cannot say, such as `undefined`, is a fault.
 *
 * @typeParam S Schema of a row.
 * @param schema Any Standard Schema; arktype's are compiled, and valibot's of `looseObject`. Left out: what `JSON.parse`
 *   gives, unchecked.
 * @param options Integers beyond 2^53.
 *
 * @example Read typed rows
 * ```ts
 * import assert from "node:assert/strict";
 * import { type } from "arktype";
 * import { collect, from, map, ndjson, pipe } from "millrace";
 *
 * const Flight = type({ origin: /^[A-Z]{3}$/, delay: "number.integer" });
 * const bytes = new TextEncoder().encode('{"origin":"LAS","delay":33}\n{"origin":"PHL","delay":-5}\n');
 *
 * const late = pipe(from([bytes], ndjson(Flight)), map(({ origin, delay }) => `${origin} ${delay}`));
 * assert.deepEqual(await collect(late), ["LAS 33", "PHL -5"]);
 * ```
 */
export function ndjson(): Format<unknown, unknown>;
/** NDJSON whose rows have the type of a schema, which they are checked against. */
export function ndjson<S extends Schema, const Big extends string = never>(
  schema: S,
  options?: NdjsonOptions<Big>,
): Format<WithBigints<InferOutput<S>, Big>>;
export function ndjson(schema?: Schema, options: NumberOptions = {}): Format<never, unknown> {
  const plan = schema === undefined ? undefined : planSchema(schema, options);
  const layout = layoutOf(plan?.jsonFields ?? bigintFields(options));
  const makeScanner = scanLinesOfJson;
  return {
    name: "ndjson",
    decoder: (context) => rowDecoder({ name: "ndjson", syntax: "json", makeScanner, layout, plan }, context),
    encoder: ({ shape }) => lineEncoder(shape),
  };
}

/** Writes one row a line: many at once where rows are views over a memory that has a kernel. */
function lineEncoder(shape: Shape): Encoder<unknown> {
  const encode = jsonLineWriter(shape);
  const splicer = shape.kind === "view" ? splicerOf(shape) : undefined;
  if (splicer === undefined) return { encode };
  return {
    encode,
    encodeRows: splicer.encodeRows,
    get written() {
      return splicer.written;
    },
  };
}
