import type { Arena } from "../memory/arena.ts";
import type { Step } from "../operator.ts";
import { type Chunk, moveTo } from "../row/chunk.ts";
import type { Shape } from "../row/shape.ts";
import type { Encoder, Format } from "../scan/format.ts";
import type { BoundaryScope } from "./scope.ts";
import type { Sink } from "./sink.ts";
import { writing } from "./sink-rows.ts";
import type { Batch } from "./source.ts";

/**
 * Arenas of one byte sink: one being filled, one in reserve, one being written. A row begins only while one is in
 * reserve, so that it can always be finished.
 */
export const OUTPUT_ARENAS = 3;

/** Ends a pipeline in a sink of bytes: rows are encoded into output arenas in the same pass. */
export function byteSink<Row>(
  scope: BoundaryScope,
  sink: Sink<Batch>,
  format: Format<unknown, Row>,
  shape: Shape,
): Step<Row> {
  const { u8 } = scope.parts.memory;
  const free: Arena[] = [];
  let current: Arena | undefined;
  /** Filled, and waiting for the write under way. */
  let full: Arena | undefined;
  let out: Arena | undefined;
  let encoder: Encoder<Row> | undefined;
  let holding = false;
  let at = 0;

  const next = (): void => {
    current = free.pop();
    at = current?.start ?? 0;
  };
  /** Holds rows back while no arena is in reserve, or a filled one still waits. */
  const balance = (): void => {
    const short = free.length === 0 || full !== undefined;
    if (short === holding) return;
    holding = short;
    if (short) scope.hold();
    else scope.resume();
  };
  const boundary = writing<Batch>(
    scope,
    sink,
    shape,
    () => {
      let arena = full;
      full = undefined;
      if (arena === undefined) {
        if (current === undefined || at === current.start) return undefined;
        current.filled_bytes = at - current.start;
        arena = current;
        next();
      }
      out = arena;
      balance();
      return [{ arena, start: 0, end: arena.filled_bytes }];
    },
    () => {
      if (out !== undefined) free.push(out);
      out = undefined;
      balance();
    },
  );
  const giveBack = (): void => {
    for (const arena of [...free.splice(0), current, full, out]) arena?.release();
    current = full = out = undefined;
  };
  scope.boundary({
    ...boundary,
    drained: boundary.drained.then(giveBack),
    prepare: async () => {
      await boundary.prepare();
      encoder = format.encoder({ shape, fresh: boundary.writer().fresh ?? true });
      for (let i = 0; i < OUTPUT_ARENAS; i++) free.push(scope.parts.arena());
      next();
    },
    abort: async (reason) => {
      try {
        await boundary.abort(reason);
      } finally {
        giveBack();
      }
    },
  });

  const encode = scope.guard((row: Row, arena: Arena): number => {
    return (encoder as Encoder<Row>).encode(row, u8, at, arena.start + arena.size_bytes);
  });
  const step: Step<Row> = {
    row: (row) => {
      let arena = current as Arena;
      let end = encode(row, arena);
      if (end < 0 && at > arena.start) {
        arena.filled_bytes = at - arena.start;
        full = arena;
        boundary.seal();
        next();
        arena = current as Arena;
        end = encode(row, arena);
        boundary.kick();
        balance();
      }
      if (end < 0) {
        scope.fault(
          "too-large",
          `write ${sink.name}: a row must fit in ${arena.size_bytes} bytes when encoded`,
          row,
        );
        return;
      }
      at = end;
      scope.count.added += 1;
      boundary.touch();
    },
    watermark: () => boundary.kick(),
    end: () => {
      at = (encoder as Encoder<Row>).end?.(u8, at) ?? at;
      boundary.end();
    },
  };
  if (shape.kind === "plain") return step;

  const { view, origin } = shape;
  let chunk: Chunk | undefined;
  /** Encodes rows up to one that does not fit or fails, and gives where that stands. */
  const encodeSpan = (rows: Int32Array, from: number, to: number): number => {
    const of = chunk as Chunk;
    const { start, size_bytes } = current as Arena;
    const room = start + size_bytes;
    const encoding = encoder as Encoder<Row>;
    if (encoding.encodeRows !== undefined) {
      const many = encoding.encodeRows(of, rows, from, to, u8, at, room);
      at = encoding.written as number;
      return from + many;
    }
    let next = from;
    try {
      for (; next < to; next++) {
        moveTo(origin.cursor, of, rows[next] as number);
        const end = encoding.encode(view() as Row, u8, at, room);
        if (end < 0) break;
        at = end;
      }
    } catch {
      // `row` throws it again, where it is known whose it is.
    }
    return next;
  };
  return {
    ...step,
    columns: (of) => {
      chunk = of;
    },
    span: (rows, from, to) => {
      const next = encodeSpan(rows, from, to);
      if (next === from) return from;
      scope.count.added += next - from;
      boundary.touch();
      return next;
    },
  };
}
