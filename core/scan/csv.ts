import { csvLineWriter } from "../row/csv-rows.ts";
import { layoutOf } from "../row/layout.ts";
import { type NumberOptions, planSchema } from "../row/schema.ts";
import type { InferOutput, Schema } from "../row/standard-schema.ts";
import type { Format } from "./format.ts";
import { rowDecoder } from "./row-decoder.ts";
import { scanCsv } from "./script/csv-scanner.ts";

/** Options of {@link csv}. */
export interface CsvOptions extends NumberOptions {
  /** What stands between two fields: one ASCII character that no number holds. Default: `","`. */
  readonly delimiter?: string;
}

/**
 * CSV with a header line: RFC 4180, lines that end with LF or CRLF; blank lines are skipped.
 *
 * Reading: the schema's fields are looked for by their names in the header, others are not read. Where the schema takes
 * a number or a boolean and no string, the field is read as that; an empty one is missing if it may be, else null if
 * it may be, else an empty string. What does not fit the schema is a fault of its row, with the code `schema` or
 * `int64`; wrong quotes and a wrong number of fields have the code `csv`.
 *
 * Writing: the first row's fields are the columns, and the header when the output was empty. Values are quoted where
 * they must be. Spreadsheets run text that begins with `=`, `+`, `-` or `@` as a formula: that is not guarded against.
 *
 * @typeParam S Schema of a row.
 * @param schema Any Standard Schema that is a Standard JSON Schema.
 * @param options The delimiter, and integers beyond 2^53.
 * @throws {RangeError} When the delimiter cannot be one.
 *
 * @example Read typed rows
 * ```ts
 * import assert from "node:assert/strict";
 * import { type } from "arktype";
 * import { collect, csv, from } from "millrace";
 *
 * const Airport = type({ iata: "string", latitude: "number" });
 * const bytes = new TextEncoder().encode("iata,name,latitude\nLAS,Las Vegas,36.08\n");
 *
 * assert.deepEqual(await collect(from([bytes], csv(Airport))), [{ iata: "LAS", latitude: 36.08 }]);
 * ```
 */
export function csv<S extends Schema>(schema: S, options: CsvOptions = {}): Format<InferOutput<S>> {
  const delimiter = options.delimiter ?? ",";
  const plan = planSchema(schema, options);
  const layout = layoutOf(plan.fields);
  const makeScanner = scanCsv({ delimiter });
  return {
    name: "csv",
    decoder: (context) => rowDecoder({ name: "csv", syntax: "csv", makeScanner, layout, plan }, context),
    encoder: ({ shape, fresh }) => ({ encode: csvLineWriter(shape, { delimiter, header: fresh }) }),
  };
}
