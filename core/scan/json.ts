import { jsonLineWriter } from "../row/json-rows.ts";
import { FLAGS_WORD, layoutOf, ScanFault } from "../row/layout.ts";
import { bigintFields, type NumberOptions, planSchema } from "../row/schema.ts";
import type { Shape } from "../row/shape.ts";
import type { InferOutput, Schema } from "../row/standard-schema.ts";
import type { DecodeContext, Decoder, Encoder, Format, Refusal } from "./format.ts";
import { scanDocumentOfJson } from "./kernel/json-document.ts";
import type { NdjsonOptions, WithBigints } from "./ndjson.ts";
import { rowDecoder } from "./row-decoder.ts";
import { DocumentFault } from "./script/json-document.ts";

const ENCODER = new TextEncoder();

/**
 * JSON: a partition is one document, in UTF-8. An array of objects is as many records, pretty-printed or not and of any
 * size: it is read as it comes, and only one element at a time must fit in an arena. Anything else is one record: an
 * object, the body of a request perhaps.
 *
 * Reading with a schema or without is that of {@link ndjson}, and so is what makes a record a fault: each element is
 * judged by itself, and those around it go on. What stands between two commas is one element; so where a comma is missing
 * two of them are one wrong record. Also of the code `json`: an element that is no object; a comma with nothing before
 * it; what stands behind the last comma of an array that is never closed; what follows the end of an array, with the
 * closing bracket where a comma stands before it. A document of white space alone has no records. A fault's bytes are
 * the record's, its line feeds as spaces.
 *
 * Writing: one array, one row a line, each as {@link ndjson} writes it; `[]` when there is none. The array is the whole
 * output: nothing can be added to one that is not empty.
 *
 * @typeParam S Schema of a row.
 * @param schema Any Standard Schema; arktype's are compiled, and valibot's of `looseObject`. Left out: what `JSON.parse`
 *   gives, unchecked.
 * @param options Integers beyond 2^53.
 *
 * @example Read the body of a request
 * ```ts
 * import assert from "node:assert/strict";
 * import { type } from "arktype";
 * import { collect, from, json } from "millrace";
 *
 * const Order = type({ id: "string", amount: "number" });
 * const request = new Request("https://example.com/orders", { method: "POST", body: '{ "id": "a", "amount": 12.5 }' });
 *
 * assert.deepEqual(await collect(from(request.body!, json(Order))), [{ id: "a", amount: 12.5 }]);
 * ```
 *
 * @example Read a big array
 * ```ts
 * import assert from "node:assert/strict";
 * import { type } from "arktype";
 * import { collect, filter, from, json, pipe } from "millrace";
 *
 * const Flight = type({ origin: /^[A-Z]{3}$/, delay: "number.integer" });
 * const flights = Array.from({ length: 100_000 }, (_, i) => ({ origin: "LAS", delay: i % 1_000 }));
 * const bytes = new TextEncoder().encode(JSON.stringify(flights, undefined, 2));
 *
 * const late = pipe(from([bytes], json(Flight)), filter((flight) => flight.delay > 998));
 * assert.equal((await collect(late)).length, 100);
 * ```
 */
export function json(): Format<unknown, unknown>;
/** JSON whose rows have the type of a schema, which they are checked against. */
export function json<S extends Schema, const Big extends string = never>(
  schema: S,
  options?: NdjsonOptions<Big>,
): Format<WithBigints<InferOutput<S>, Big>>;
export function json(schema?: Schema, options: NumberOptions = {}): Format<never, unknown> {
  const plan = schema === undefined ? undefined : planSchema(schema, options);
  const layout = layoutOf(plan?.jsonFields ?? bigintFields(options));
  const format = { name: "json", syntax: "json", makeScanner: scanDocumentOfJson, layout, plan } as const;
  return {
    name: "json",
    decoder: (context) => explained(rowDecoder(format, context), context),
    encoder: ({ shape, fresh }) => {
      if (!fresh)
        throw new TypeError(
          "Cannot write json: an array must be the whole output, and this one is not empty",
        );
      return arrayEncoder(shape);
    },
  };
}

/** Writes rows as the elements of one array. */
function arrayEncoder(shape: Shape): Encoder<unknown> {
  const line = jsonLineWriter(shape);
  let isFirst = true;
  return {
    encode: (row, into, from, to) => {
      // The line feed behind a row is written with what comes next. There is always room for the array's end.
      const end = line(row, into, from + 2, to - 2);
      if (end < 0) return -1;
      into[from] = isFirst ? 0x5b : 0x2c;
      into[from + 1] = 0x0a;
      isFirst = false;
      return end - 1;
    },
    end: (into, from) => from + ENCODER.encodeInto(isFirst ? "[]\n" : "\n]\n", into.subarray(from)).written,
  };
}

/** A decoder that has words for what is wrong between elements. */
function explained(decoder: Decoder, { memory: { u32 }, cursor }: DecodeContext): Decoder {
  const explain = (): Refusal => {
    const flags = u32[cursor.base + FLAGS_WORD] as number;
    const message = (flags & 0xff) === ScanFault.json ? BETWEEN[flags >>> 16] : undefined;
    return message === undefined ? decoder.explain() : { code: "json", message };
  };
  return { ...decoder, explain };
}

/** By {@link DocumentFault}. */
const BETWEEN: Readonly<Record<number, string>> = {
  [DocumentFault.open >>> 16]: "the document ends before its array is closed",
  [DocumentFault.empty >>> 16]: "a comma has no element before it",
  [DocumentFault.behind >>> 16]: "this follows where the array ends, or a comma stands before its bracket",
};
