import {
  type Branch,
  type Done,
  type Meta,
  type Operator,
  planned,
  type Scope,
  type Step,
} from "../operator.ts";
import { PLAIN, type ViewShape } from "../row/shape.ts";
import { clockBefore, setClock } from "../time/clock.ts";

/**
 * Ends one stream in several sinks: every branch gets every row.
 *
 * A fault in one branch does not keep the row from the others, and the event time that one reads is its own. The
 * slowest branch sets the pace. The stream stops early only when every branch wants no more.
 *
 * @param branches Operators that end in a sink, by name.
 * @throws {TypeError} When there is no branch.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { filter, fork, from, pipe, run, to, type Sink } from "millrace";
 *
 * const into = (rows: number[]): Sink<number> => ({
 *   name: "array",
 *   open: async () => ({
 *     write: async (more) => void rows.push(...more),
 *     flush: async () => {},
 *     close: async () => {},
 *     abort: async () => {},
 *   }),
 * });
 * const all: number[] = [];
 * const even: number[] = [];
 * await run(pipe(from([1, 2, 3]), fork({ all: to(into(all)), even: pipe(filter((n) => n % 2 === 0), to(into(even))) })))
 *   .done;
 * assert.deepEqual([all, even], [[1, 2, 3], [2]]);
 * ```
 */
export function fork<Row>(branches: Record<string, Operator<Row, Done>>): Operator<Row, Done> {
  const entries = Object.entries(branches);
  if (entries.length === 0) throw new TypeError("Cannot fork: at least one branch is needed, got none");
  return planned<Row, Done>(
    "fork",
    (scope, shape) => {
      let running = entries.length;
      const before = clockBefore(scope.clocks);
      const opened = entries.map(([name, operator]): Opened => {
        const state = { stopped: false, next: 0 };
        // A clock that one branch sets is not for the others.
        setClock(scope.clocks, before);
        const branch = scope.branch(name, operator, shape, () => {
          if (state.stopped) return;
          state.stopped = true;
          running -= 1;
          if (running === 0) scope.stop();
        });
        return Object.assign(state, { branch });
      });
      // Nor is the event time that it has read.
      const meta = scope.meta as Meta & { time: number };
      return {
        shape: PLAIN,
        open: () => ({
          ...(shape.kind === "view" && byColumns(scope, shape, opened)),
          row: (row) => {
            scope.count.dropped += 1;
            const { time } = meta;
            for (const one of opened) {
              if (one.stopped) continue;
              meta.time = time;
              try {
                one.branch.row(row);
              } catch (thrown) {
                scope.caught(thrown, row);
              }
            }
          },
          watermark: (time_ms) => {
            for (const { branch } of opened) branch.watermark(time_ms);
          },
          end: () => {
            for (const { branch } of opened) branch.end();
          },
        }),
      };
    },
    { branches: branches as Record<string, Operator<never, Done>> },
  );
}

/** A branch in one run. */
interface Opened {
  readonly branch: Branch;
  /** It wants no more. */
  stopped: boolean;
  /** Where the first row stands that it has not taken, of those of the chunk. */
  next: number;
}

/**
 * The fork on chunks: every branch goes as far as it can by itself, so that one that needs each row does not keep the
 * others from taking many. The row that one must take by itself is passed when all rows before it have gone everywhere:
 * what it brings about (faults, rows pending, a pause) comes in the order of rows.
 */
function byColumns(
  scope: Scope,
  { view }: ViewShape,
  opened: readonly Opened[],
): Pick<Step<unknown>, "columns" | "span" | "one"> {
  const ways = opened.flatMap((state) => {
    const { way } = state.branch;
    return way === undefined ? [] : [{ state, way }];
  });
  if (ways.length < opened.length || !ways.some(({ way }) => way.byColumns)) return {};
  const meta = scope.meta as Meta & { time: number };
  let at = 0;
  return {
    columns: (chunk) => {
      for (const { state, way } of ways) {
        state.next = 0;
        if (!state.stopped) way.columns(chunk);
      }
    },
    span: (rows, from, to) => {
      at = to;
      for (const { state, way } of ways) {
        if (state.stopped) continue;
        if (state.next < to) state.next = way.span(rows, Math.max(state.next, from), to);
        if (state.next < at) at = state.next;
      }
      scope.count.dropped += at - from;
      return at;
    },
    one: (row) => {
      scope.count.dropped += 1;
      for (const { state, way } of ways) {
        if (state.stopped || state.next > at) continue;
        state.next = at + 1;
        meta.time = Number.NaN;
        try {
          way.one(row);
        } catch (thrown) {
          scope.caught(thrown, view());
        }
      }
    },
  };
}
