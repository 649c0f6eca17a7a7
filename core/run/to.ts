import { type Done, type Operator, planned } from "../operator.ts";
import { PLAIN } from "../row/shape.ts";
import type { Format } from "../scan/format.ts";
import type { BoundaryScope } from "./scope.ts";
import type { Sink } from "./sink.ts";
import { byteSink } from "./sink-bytes.ts";
import { rowSink } from "./sink-rows.ts";
import type { Batch } from "./source.ts";

/**
 * Ends a stream in a sink.
 *
 * A sink of rows gets copies that are its own to keep. A sink of bytes gets what `format` makes of the rows, encoded
 * into arenas of the pool in the same pass; a row that does not fit in one (`record_bytes`) is a fault `too-large`.
 *
 * @param sink A sink of rows, or of bytes together with `format`.
 * @param format How rows become bytes.
 * @returns The end of a pipe: nothing can stand behind it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { from, pipe, run, to, type Sink } from "millrace";
 *
 * const seen: number[] = [];
 * const sink: Sink<number> = {
 *   name: "array",
 *   open: async () => ({
 *     write: async (rows) => void seen.push(...rows),
 *     flush: async () => {},
 *     close: async () => {},
 *     abort: async () => {},
 *   }),
 * };
 * await run(pipe(from([1, 2]), to(sink))).done;
 * assert.deepEqual(seen, [1, 2]);
 * ```
 */
export function to<Row>(sink: Sink<Row>): Operator<Row, Done>;
/** Ends a stream in a sink of bytes, which `format` makes of the rows. */
export function to<Row>(sink: Sink<Batch>, format: Format<unknown, Row>): Operator<Row, Done>;
export function to<Row>(sink: Sink<Row> | Sink<Batch>, format?: Format<unknown, Row>): Operator<Row, Done> {
  return planned<Row, Done>(
    sink.name,
    (scope, shape) => ({
      shape: PLAIN,
      open: () => {
        const boundary = scope as BoundaryScope;
        boundary.isSink = true;
        return format === undefined
          ? rowSink(boundary, sink as Sink<Row>, shape)
          : byteSink(boundary, sink as Sink<Batch>, format, shape);
      },
    }),
    { encodes: format !== undefined, settings: { sink: sink.name, ...(format && { format: format.name }) } },
  );
}
