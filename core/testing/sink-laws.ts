import type { Done, Operator } from "../operator.ts";
import { fork } from "../operators/fork.ts";
import { tap } from "../operators/tap.ts";
import { from } from "../run/from.ts";
import type { RunOptions } from "../run/options.ts";
import { pipe } from "../run/pipe.ts";
import { run } from "../run/run.ts";
import { to } from "../run/to.ts";
import { memorySink } from "./memory-sink.ts";
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
  /** Makes the row of a number: all different, and less than 4 KiB each when encoded. */
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
 * Registers the laws that hold for every sink: rows keep their order, whatever the size of a write; an output without
 * rows is an output; a second run works; nothing stands under the final name before the end, and what stood there
 * before stays (`"whole"`); a run that is cancelled or fails, at any row or when all is written, leaves nothing there,
 * or the first rows (`"grows"`), nothing beside it, and nothing comes later.
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
 *   return { end: to(sink), readBack: async () => sink.published };
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
  const rowsOf = (count: number, from = 0): Row[] => Array.from({ length: count }, (_, i) => row(from + i));
  const law = (what: string, check: (sink: SinkUnderTest<Row>) => Promise<void>): void => {
    test(`${name}: ${what}`, async () => {
      const sink = await make();
      await check(sink);
      same((await sink.leftovers?.()) ?? [], [], "what is left beside the output");
    });
  };
  const runs = (rows: Iterable<Row> | AsyncIterable<Row>, { end }: SinkUnderTest<Row>, more?: RunOptions) =>
    run(pipe(from(rows), end), { verify: true, ...more }).done;
  /** A run that must not end well; what it rejects with. */
  const fails = async (done: Promise<unknown>): Promise<unknown> => {
    const [settled] = await Promise.allSettled([done]);
    holds(settled.status === "rejected", "the run must fail");
    // What a sink does too late would come now.
    await new Promise((resolve) => setTimeout(resolve, 5));
    return settled.reason;
  };
  /** A run that did not end well: what was there before, or nothing, or the first rows. */
  const unfinished = async (
    sink: SinkUnderTest<Row>,
    most: readonly Row[],
    before?: Row[],
  ): Promise<void> => {
    const found = await sink.readBack();
    if (appears === "whole") same(found, before, "the output of a run that failed");
    else same(found ?? [], most.slice(0, found?.length ?? 0), "the output of a run that failed");
  };

  law("keeps the order of rows", async (sink) => {
    await runs(rowsOf(many), sink);
    same(await sink.readBack(), rowsOf(many), "the output");
  });

  law("small writes give what large ones do", async (sink) => {
    await runs(rowsOf(many), sink, { record_bytes: 4_096 });
    same(await sink.readBack(), rowsOf(many), "the output");
  });

  law("an output without rows is an output", async (sink) => {
    await runs([], sink);
    const found = await sink.readBack();
    // What grows may well not be made by no row.
    if (appears === "whole" || found !== undefined) same(found, [], "the output");
  });

  law("rows that come one by one", async (sink) => {
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
    await runs(slowly(), sink);
    same(await sink.readBack(), rows, "the output");
  });

  law("a second run replaces the output, or adds to it", async (sink) => {
    await runs(rowsOf(50), sink);
    await runs(rowsOf(20, 50), sink);
    const found = await sink.readBack();
    const adds = appears === "grows" && found?.length === 70;
    same(found, adds ? rowsOf(70) : rowsOf(20, 50), "the output");
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
      const job = pipe(from(rowsOf(many)), count, sink.end);
      const rejected = await fails(run(job, { signal: cancel.signal, verify: true }).done);
      same(rejected, reason, "what the run rejects with");
      await unfinished(sink, rowsOf(at));
    });
  }

  async function* broken(): AsyncGenerator<Row> {
    yield* rowsOf(20);
    await new Promise((resolve) => setTimeout(resolve, 1));
    throw new Error("the source broke");
  }

  law("a run that fails publishes nothing whole", async (sink) => {
    await fails(runs(broken(), sink));
    await unfinished(sink, rowsOf(20));
  });

  law("a run that fails when all is written publishes nothing whole", async (sink) => {
    const other = memorySink<Row>((call) => {
      if (call === "flush") throw new Error("the other sink broke");
    });
    const job = pipe(from(rowsOf(20)), fork({ one: sink.end, other: to(other) }));
    await fails(run(job, { verify: true }).done);
    await unfinished(sink, rowsOf(20));
  });

  if (appears === "whole") {
    law("a run that fails leaves the output of the one before", async (sink) => {
      await runs(rowsOf(5, 100), sink);
      await fails(runs(broken(), sink));
      await unfinished(sink, [], rowsOf(5, 100));
    });
  }

  law("a run that is cancelled before it begins opens nothing", async (sink) => {
    const reason = new Error("cancelled before");
    const rejected = await fails(runs(rowsOf(3), sink, { signal: AbortSignal.abort(reason) }));
    same(rejected, reason, "what the run rejects with");
    await unfinished(sink, []);
  });
}
