import type { Sink } from "./sink.ts";

/** A hand-over of rows from a run to somebody who pulls them: at most one write of rows waits. */
export interface RowQueue<Row> {
  readonly sink: Sink<Row>;
  /** The next rows; `undefined` after the last. */
  pull(): Promise<readonly Row[] | undefined>;
  /** Nobody pulls any more: the write under way is let go. */
  cancel(): void;
  /** The run ended: what waits in `pull` gets this error, or the end. */
  end(error?: { readonly cause: unknown }): void;
}

/** Makes the sink by which `rows`, `preview` and web streams take rows out of a run, with backpressure. */
export function rowQueue<Row>(name: string): RowQueue<Row> {
  let waiting: readonly Row[] | undefined;
  let taken: (() => void) | undefined;
  let arrived: (() => void) | undefined;
  let ended: { readonly error: { readonly cause: unknown } | undefined } | undefined;
  let cancelled = false;
  const arrive = (): void => {
    arrived?.();
    arrived = undefined;
  };
  const take = (): void => {
    taken?.();
    taken = undefined;
  };
  return {
    sink: {
      name,
      open: async () => ({
        write: (rows) => {
          if (cancelled) return Promise.resolve();
          waiting = rows;
          arrive();
          return new Promise((resolve) => {
            taken = resolve;
          });
        },
        flush: async () => {},
        close: async () => {},
        abort: async () => {},
      }),
    },
    pull: async () => {
      while (waiting === undefined) {
        if (ended?.error !== undefined) throw ended.error.cause;
        if (ended !== undefined) return undefined;
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
      const rows = waiting;
      waiting = undefined;
      take();
      return rows;
    },
    cancel: () => {
      cancelled = true;
      waiting = undefined;
      take();
    },
    end: (error) => {
      ended ??= { error };
      arrive();
      take();
    },
  };
}
