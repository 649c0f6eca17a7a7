import { jsonText, writeText } from "../row/encode.ts";
import { layoutOf } from "../row/layout.ts";
import { bigintFields, type NumberOptions, planSchema } from "../row/schema.ts";
import type { InferOutput, Schema } from "../row/standard-schema.ts";
import type { Encoder, Format } from "./format.ts";
import { rowDecoder } from "./row-decoder.ts";
import { scanJsonLines } from "./script/json-scanner.ts";

/** Options of {@link ndjson}. */
export interface NdjsonOptions<Big extends string = string> extends NumberOptions {
  readonly int64?: readonly Big[];
}

/** A row whose integers in the named fields are bigints. */
export type WithBigints<Row, Big extends string> = [Big] extends [never]
  ? Row
  : Row extends unknown
    ? { [K in keyof Row]: K extends Big ? Exclude<Row[K], number> | (number extends Row[K] ? bigint : never) : Row[K] }
    : never;

/** One JSON value a line, of any form: objects to read, anything that JSON can say to write. */
export function ndjson(): Format<unknown, unknown>;
export function ndjson<S extends Schema, const Big extends string = never>(
  schema: S,
  options?: NdjsonOptions<Big>,
): Format<WithBigints<InferOutput<S>, Big>>;
export function ndjson(schema?: Schema, options: NumberOptions = {}): Format<never, unknown> {
  const plan = schema === undefined ? undefined : planSchema(schema, options);
  const layout = layoutOf(plan?.fields ?? bigintFields(options));
  const makeScanner = scanJsonLines;
  return {
    name: "ndjson",
    decoder: (context) => rowDecoder({ name: "ndjson", syntax: "json", makeScanner, layout, plan }, context),
    encoder: () => jsonLines(),
  };
}

function jsonLines(): Encoder<unknown> {
  return {
    encode: (row, into, from, to) => {
      const text = jsonText(row);
      if (text === undefined) throw new TypeError(`Cannot write a row as JSON: got ${typeof row}`);
      const end = writeText(text, into, from, to - 1);
      if (end < 0) return -1;
      into[end] = 0x0a;
      return end + 1;
    },
  };
}
