import { type Done, type Operator, planned } from "../operator.ts";
import { PLAIN } from "../row/shape.ts";
import { clockBefore, setClock } from "../time/clock.ts";

/**
 * Ends one stream in several sinks: every branch gets every row.
 *
 * A fault in one branch does not keep the row from the others. The slowest branch sets the pace. The stream stops
 * early only when every branch wants no more.
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
      const opened = entries.map(([name, operator]) => {
        const branch = { stopped: false };
        // A clock that one branch sets is not for the others.
        setClock(scope.clocks, before);
        const step = scope.branch(name, operator, shape, () => {
          if (branch.stopped) return;
          branch.stopped = true;
          running -= 1;
          if (running === 0) scope.stop();
        });
        return Object.assign(branch, { step });
      });
      return {
        shape: PLAIN,
        open: () => ({
          row: (row) => {
            scope.count.dropped += 1;
            for (const branch of opened) {
              if (branch.stopped) continue;
              try {
                branch.step.row(row);
              } catch (thrown) {
                scope.caught(thrown, row);
              }
            }
          },
          watermark: (time_ms) => {
            for (const { step } of opened) step.watermark(time_ms);
          },
          end: () => {
            for (const { step } of opened) step.end();
          },
        }),
      };
    },
    { branches: branches as Record<string, Operator<never, Done>> },
  );
}
