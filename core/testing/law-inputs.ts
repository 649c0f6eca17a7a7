import { type Operator, planned, type Stream } from "../operator.ts";
import type { Shape } from "../row/shape.ts";
import type { Schema } from "../row/standard-schema.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { ndjson } from "../scan/ndjson.ts";

/** One way in which rows reach an operator. */
export interface LawInput<Row> {
  /** `"plain objects"`, `"views"`. */
  readonly name: string;
  readonly stream: (rows: readonly Row[]) => Stream<Row>;
}

const ENCODER = new TextEncoder();

/** Rows as NDJSON. */
export function linesOf(rows: readonly unknown[]): Uint8Array {
  return ENCODER.encode(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
}

/** Rows that were read by a format: views, which the stream asserts. `pieces` cuts the bytes. */
export function viewStream<Row>(pieces: readonly Uint8Array[], schema: Schema): Stream<Row> {
  return pipe(from<Row>(pieces, ndjson(schema) as never), mustBeViews<Row>());
}

/** The ways in which an operator is tried: on plain objects, and on views when there is a schema to read them by. */
export function lawInputs<Row>(schema: Schema | undefined): readonly LawInput<Row>[] {
  const plain: LawInput<Row> = {
    name: "plain objects",
    // Frozen: an operator that writes to its rows throws.
    stream: (rows) => from(rows.map((row) => frozen(structuredClone(row)))),
  };
  if (schema === undefined) return [plain];
  return [plain, { name: "views", stream: (rows) => viewStream([linesOf(rows)], schema) }];
}

function mustBeViews<Row>(): Operator<Row, Row> {
  return planned<Row, Row>("views", (_scope, shape: Shape) => {
    if (shape.kind !== "view") {
      throw new TypeError("The schema of these laws gives plain rows, so that views would go untested");
    }
    return { shape, open: (next) => next };
  });
}

function frozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    for (const inner of Object.values(value)) frozen(inner);
    Object.freeze(value);
  }
  return value;
}
