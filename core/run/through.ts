import { type Operator, planned } from "../operator.ts";
import { own } from "../row/own.ts";
import { PLAIN } from "../row/shape.ts";
import type { BoundaryScope } from "./scope.ts";
import type { Feeder, Segment } from "./segment.ts";
import { Token } from "./token.ts";

/** Rows that wait on either side of a web stream. */
const ROWS = 256;

/** A pair of web streams: a TransformStream, a CompressionStream, a TextDecoderStream … */
export interface TransformPair<in In, out Out> {
  /** Takes what goes in. */
  readonly writable: WritableStream<In>;
  /** Gives what comes out. */
  readonly readable: ReadableStream<Out>;
}

/**
 * Passes rows through a web TransformStream: an asynchronous boundary, in front of and behind which at most 256 rows
 * wait. Rows are copied out of their batch for it; what comes out are plain rows with no partition and no event time
 * of their own, and the batches that went in are acknowledged only at the end of the stream, because what came of
 * which row cannot be known.
 *
 * @param make Makes the pair, once a run.
 * @throws What the web stream fails with stops the run.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, pipe, through } from "millrace";
 *
 * const bytes = from([new Uint8Array([104]), new Uint8Array([105])]);
 * const text = await collect(pipe(bytes, through(() => new TextDecoderStream())));
 * assert.equal(text.join(""), "hi");
 * ```
 */
export function through<In, Out>(make: () => TransformPair<In, Out>): Operator<In, Out> {
  return planned<In, Out>("through", (scope) => {
    const boundary = scope as BoundaryScope;
    const behind = boundary.split();
    const { writer, step } = webStream(boundary, behind, make);
    behind.feeder = writer;
    return { shape: PLAIN, open: () => step };
  });
}

function webStream<In, Out>(scope: BoundaryScope, behind: Segment, make: () => TransformPair<In, Out>) {
  const pair = make();
  const writer = (pair.writable as WritableStream<In>).getWriter();
  const reader = (pair.readable as ReadableStream<Out>).getReader();
  const tokens: Token[] = [];
  let last: Token | undefined;
  let going: In[] = [];
  let come: Out[] = [];
  let writing = false;
  let reading: Promise<void> | undefined;
  let holding = false;
  let ended = false;
  let exhausted = false;
  let cancelled = false;
  let quiet = false;
  const done = Promise.withResolvers<void>();
  const failed = (cause: unknown): void => {
    // A stream that ended what it gives takes no more: what that does to its other side is no failure.
    if (!quiet && !cancelled && !exhausted) scope.fail(cause);
  };
  // `closed` rejects too when a stream fails; the failing call reports it.
  writer.closed.catch(() => {});
  reader.closed.catch(() => {});

  const balance = (): void => {
    const full = going.length >= ROWS;
    if (full === holding) return;
    holding = full;
    if (full) scope.hold();
    else scope.resume();
  };
  /** Nobody takes what goes in: the segment before may not wait for that. */
  const unwanted = (): void => {
    going = [];
    balance();
    scope.stop();
  };
  const write = async (): Promise<void> => {
    if (writing) return;
    writing = true;
    try {
      while (going.length > 0) {
        const rows = going;
        going = [];
        balance();
        for (const row of rows) {
          await writer.ready;
          // What the write itself rejects with, `ready` or the reader reports.
          writer.write(row).catch(failed);
        }
      }
      if (ended) await writer.close();
    } catch (cause) {
      failed(cause);
    } finally {
      writing = false;
    }
  };
  const read = async (): Promise<void> => {
    try {
      while (come.length < ROWS) {
        const { done: last, value } = await reader.read();
        if (last) {
          exhausted = true;
          if (!ended) unwanted();
          break;
        }
        come.push(value);
        scope.wake();
      }
    } catch (cause) {
      failed(cause);
    } finally {
      reading = undefined;
      scope.wake();
    }
  };
  const start = (): void => {
    if (!exhausted && !cancelled && come.length < ROWS) reading ??= read();
  };
  // What comes out is of all batches that went in: they are acknowledged with the last of it.
  const acknowledge = () => {
    for (const token of tokens.splice(0)) token.settle();
  };
  const whole = scope.parts.commits ? new Token(-1, -1, acknowledge) : undefined;
  behind.token = whole;
  // Registered before the steps behind: called after them, when everything has gone.
  behind.once(() => {
    whole?.settle();
    done.resolve();
  });
  const feeder: Feeder = {
    get ended() {
      return cancelled || (exhausted && come.length === 0);
    },
    ready: () => come.length !== 0,
    pass: () => {
      let at = 0;
      while (at < come.length && !behind.held && !behind.stopped) {
        const row = come[at++];
        scope.count.added += 1;
        try {
          behind.meta.time = Number.NaN;
          behind.first?.row(row);
        } catch (thrown) {
          behind.threw(thrown, row);
        }
        if (!behind.drain()) break;
      }
      come = come.slice(at);
      try {
        if (!behind.held && !behind.pendingRows) behind.first?.watermark(Number.NEGATIVE_INFINITY);
      } catch (thrown) {
        behind.threw(thrown);
      }
      start();
    },
    // Nobody wants what comes out: what goes in is not wanted either.
    cancel: () => {
      cancelled = true;
      come = [];
      writer.abort("no more rows are wanted").catch(() => {});
      reader.cancel("no more rows are wanted").catch(() => {});
      unwanted();
    },
  };
  scope.boundary({
    name: scope.name,
    prepare: async () => start(),
    ready: () => false,
    pass: () => {},
    kick: () => {},
    drained: done.promise,
    close: async () => {},
    abort: async (reason) => {
      quiet = true;
      await Promise.allSettled([writer.abort(reason), reader.cancel(reason), reading]);
    },
  });
  return {
    writer: feeder,
    step: {
      row: (row: In): void => {
        if (cancelled || exhausted) return;
        going.push(own(row));
        scope.count.dropped += 1;
        const { token } = scope;
        if (token !== undefined && token !== last) {
          token.hold();
          tokens.push(token);
          last = token;
        }
        void write();
        balance();
      },
      watermark: () => {},
      end: () => {
        ended = true;
        void write();
      },
    },
  };
}
