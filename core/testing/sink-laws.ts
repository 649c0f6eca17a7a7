import type { Done, Operator } from "../operator.ts";
import { tap } from "../operators/tap.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { run } from "../run/run.ts";
import type { Register } from "./operator-laws.ts";
import { holds, same } from "./same.ts";

/** A sink under test, over an output of its own. */
export interface SinkUnderTest<Row> {
  /** Ends a stream in it: `to(sink)`, `to(sink, format)`. */
  readonly end: Operator<Row, Done>;
  /** What stands under the output's final name; `undefined` when there is nothing. */
  readonly readBack: () => Promise<readonly Row[] | undefined>;
  /** Anything left beside the output that should not be: temporary files. Default: not looked at. */
  readonly leftovers?: () => Promise<readonly string[]>;
}

/** What {@link sinkLaws} needs to know. */
export interface SinkLawOptions<Row> {
  /** Makes the row of a number: all different. */
  readonly row: (i: number) => Row;
  /**
   * `"whole"`: the output is there when it is whole, or not at all. `"grows"`: what was written is there at once, so
   * that a run that fails leaves the first rows.
   */
  readonly appears: "whole" | "grows";
  /** Rows of the large outputs. Default: 3,000. */
  readonly many?: number;
}

/**
 * Registers the laws that hold for every sink: rows keep their order; many small writes give what a few large ones
 * do; an output without rows is an output; nothing stands under the final name before the end (`"whole"`); a run that
 * is cancelled or fails at any row leaves nothing there, or the first rows (`"grows"`), and nothing beside it.
 *
 * @param test Registers a check.
 * @param name Put before the names of the laws.
 * @param make Makes a sink over an output of its own, which is not there yet.
 * @param options How rows are made, and when the output appears.
 *
 * @example
 * ```ts
 * import { to } from "millrace";
 * import { memorySink, sinkLaws } from "millrace/testing";
 *
 * const checks: (() => Promise<void>)[] = [];
 * const make = () => {
 *   const sink = memorySink<number>();
 *   const readBack = async () => (sink.state === "published" ? sink.rows : undefined);
 *   return { end: to(sink), readBack };
 * };
 * // or `test` of node:test
 * sinkLaws((_name, check) => checks.push(check), "memory", make, { row: (i) => i, appears: "whole" });
 * for (const check of checks) await check();
 * ```
 */
export function sinkLaws<Row>(
  test: Register,
  name: string,
  make: () => SinkUnderTest<Row> | Promise<SinkUnderTest<Row>>,
  options: SinkLawOptions<Row>,
): void {
  const { row, appears, many = 3_000 } = options;
  const rowsOf = (count: number): Row[] => Array.from({ length: count }, (_, i) => row(i));
  const law = (what: string, check: (sink: SinkUnderTest<Row>) => Promise<void>): void => {
    test(`${name}: ${what}`, async () => {
      const sink = await make();
      await check(sink);
      same((await sink.leftovers?.()) ?? [], [], "what is left beside the output");
    });
  };
  /** A run that did not end well: nothing, or the first rows. */
  const unfinished = async (sink: SinkUnderTest<Row>, most: readonly Row[]): Promise<void> => {
    const found = await sink.readBack();
    if (appears === "whole") same(found, undefined, "the output of a run that failed");
    else same(found ?? [], most.slice(0, found?.length ?? 0), "the output of a run that failed");
  };

  law("keeps the order of rows", async (sink) => {
    await run(pipe(from(rowsOf(many)), sink.end), { verify: true }).done;
    same(await sink.readBack(), rowsOf(many), "the output");
  });

  law("an output without rows is an output", async (sink) => {
    await run(pipe(from<Row>([]), sink.end), { verify: true }).done;
    const found = await sink.readBack();
    // What grows may well not be made by no row.
    if (appears === "whole" || found !== undefined) same(found, [], "the output");
  });

  law("many small writes", async (sink) => {
    const rows = rowsOf(60);
    let asked = 0;
    async function* slowly(): AsyncGenerator<Row> {
      for (const one of rows) {
        yield one;
        asked += 1;
        // Lets the write of the row before go first.
        await new Promise((resolve) => setTimeout(resolve, 0));
        if (asked !== 30 || appears !== "whole") continue;
        same(await sink.readBack(), undefined, "the output before the end");
      }
    }
    await run(pipe(from(slowly()), sink.end), { verify: true }).done;
    same(await sink.readBack(), rows, "the output");
  });

  for (const at of [1, 2, 40, 1_500]) {
    law(`a run that is cancelled at row ${at} publishes nothing whole`, async (sink) => {
      const cancel = new AbortController();
      const reason = new Error("cancelled");
      let seen = 0;
      const count = tap<Row>(() => {
        seen += 1;
        if (seen === at) cancel.abort(reason);
      });
      const handle = run(pipe(from(rowsOf(many)), count, sink.end), { signal: cancel.signal, verify: true });
      const [settled] = await Promise.allSettled([handle.done]);
      same(settled.status === "rejected" && settled.reason, reason, "what the run rejects with");
      await unfinished(sink, rowsOf(at));
    });
  }

  law("a run that fails publishes nothing whole", async (sink) => {
    async function* broken(): AsyncGenerator<Row> {
      yield* rowsOf(20);
      await new Promise((resolve) => setTimeout(resolve, 1));
      throw new Error("the source broke");
    }
    const [settled] = await Promise.allSettled([run(pipe(from(broken()), sink.end), { verify: true }).done]);
    holds(settled.status === "rejected", "the run must fail");
    await unfinished(sink, rowsOf(20));
  });

  law("a run that is cancelled before it begins opens nothing", async (sink) => {
    const reason = new Error("cancelled before");
    const handle = run(pipe(from(rowsOf(3)), sink.end), { signal: AbortSignal.abort(reason) });
    const [settled] = await Promise.allSettled([handle.done]);
    same(settled.status === "rejected" && settled.reason, reason, "what the run rejects with");
    await unfinished(sink, []);
  });
}
