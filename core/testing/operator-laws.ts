import { type Operator, passing } from "../operator.ts";
import { map } from "../operators/map.ts";
import { tap } from "../operators/tap.ts";
import { own } from "../row/own.ts";
import type { Schema } from "../row/standard-schema.ts";
import { pipe } from "../run/pipe.ts";
import { type LawInput, lawInputs, linesOf, viewStream } from "./law-inputs.ts";
import { observe, observeWell } from "./observe.ts";
import { random } from "./random.ts";
import { rechunk, rechunkAtRandom } from "./rechunk.ts";
import { holds, isSame, same } from "./same.ts";
import { stutter } from "./stutter.ts";

/** Registers a check under a name: the `test` of `node:test`, `bun:test` or Vitest, or `Deno.test`. */
export type Register = (name: string, check: () => Promise<void>) => unknown;

/** What {@link operatorLaws} needs beside the operator and its model. */
export interface OperatorLawOptions<In> {
  /** Rows to try: some for every case that the operator tells apart. JSON can say all of each. At least three. */
  readonly rows: readonly In[];
  /** Reads the rows back from NDJSON as views. Left out: the laws are tried on plain objects only. */
  readonly schema?: Schema;
  /** How many of such rows are faults. Default: none. */
  readonly faults?: (rows: readonly In[]) => number;
  /** It may want no more before its input ends: what is behind that in a batch is never looked at. */
  readonly stopsEarly?: boolean;
  /**
   * The operator with a callback that calls `trip(row)` first, which throws for some rows. The model must hold for
   * the rows that are left. Left out: the operator has no callback.
   */
  readonly throwing?: (trip: (row: In) => void) => Operator<In, unknown>;
}

/**
 * Registers the laws that hold for every operator: what it does on no row, one, and many; on plain objects and on
 * views, unchanged; that a throw in a callback is a fault of that row only; that what was refused before it passes by;
 * that rows may pause after any row, and the run be cancelled at any row, with all memory home; that it
 * passes on one row a call and watermarks in order; that it can be run again; and that neither chunks nor batch sizes change the answer.
 *
 * The law of checkpoint and restore is not among them: there is no durable state yet.
 *
 * @param test Registers a check.
 * @param name Put before the names of the laws.
 * @param make Makes the operator, anew for every run.
 * @param model The same on an array, in the plainest way.
 * @param options Rows to try, and what the operator refuses.
 *
 * @example
 * ```ts
 * import { map } from "millrace";
 * import { operatorLaws } from "millrace/testing";
 *
 * const checks: (() => Promise<void>)[] = [];
 * operatorLaws(
 *   (_name, check) => checks.push(check), // or `test` of node:test
 *   "double",
 *   () => map((row: { n: number }) => row.n * 2),
 *   (rows) => rows.map((row) => row.n * 2),
 *   { rows: [{ n: 1 }, { n: 2 }, { n: 3 }] },
 * );
 * for (const check of checks) await check();
 * ```
 */
export function operatorLaws<In, Out>(
  test: Register,
  name: string,
  make: () => Operator<In, Out>,
  model: (rows: readonly In[]) => readonly Out[],
  options: OperatorLawOptions<In>,
): void {
  const { rows, schema, faults = () => 0, stopsEarly = false, throwing } = options;
  if (rows.length < 3) throw new RangeError(`Cannot test ${name}: three rows or more are needed`);
  const law = (what: string, check: (input: LawInput<In>) => Promise<void>): void => {
    for (const input of lawInputs<In>(schema)) test(`${name}: ${what} (${input.name})`, () => check(input));
  };
  const agrees = async (input: LawInput<In>, given: readonly In[]): Promise<void> => {
    const operator = make();
    const { rows: out, faults: refused, metrics } = await observeWell(pipe(input.stream(given), operator));
    same(out, model(given), `${given.length} rows`);
    same(refused.length, faults(given), `faults of ${given.length} rows`);
    const figures = metrics.operators.find((one) => one.name === operator.name);
    same(figures?.rowsOut, out.length, "rowsOut in the report");
  };

  law("no row, one, many", async (input) => {
    await agrees(input, []);
    for (const row of rows) await agrees(input, [row]);
    await agrees(input, rows);
    await agrees(input, manyOf(rows, 3_000));
  });

  law("can be run again", async (input) => {
    const stream = pipe(input.stream(rows), make());
    const first = await observeWell(stream);
    same((await observeWell(stream)).rows, first.rows, "the second run");
  });

  law("a row that was refused before it passes by", async (input) => {
    const refuses = (row: In): In => {
      if (isSame(own(row), rows[1])) throw new Error("refused before");
      return row;
    };
    const kept = rows.filter((row) => !isSame(row, rows[1]));
    const before = pipe(input.stream(rows), tap<In>(refuses), make());
    const { rows: out, faults: refused } = await observeWell(before);
    same(out, model(kept), "the rows that were left");
    if (!stopsEarly) same(refused.length, rows.length - kept.length + faults(kept), "faults");
  });

  law("pauses after any row", async (input) => {
    const given = manyOf(rows, 40);
    const { rows: out } = await observeWell(pipe(input.stream(given), stutter<In>(), make(), stutter<Out>()));
    same(out, model(given), "the answer");
  });

  law("is cancelled at any row", async (input) => {
    const given = manyOf(rows, 12);
    const expected = model(given);
    for (let at = 1; at <= Math.max(given.length, expected.length); at++) {
      for (const behind of [false, true]) {
        const cancel = new AbortController();
        const reason = new Error(`cancelled at row ${at}`);
        let seen = 0;
        const count = () => {
          seen += 1;
          if (seen === at) cancel.abort(reason);
        };
        const stream = behind
          ? pipe(input.stream(given), make(), tap<Out>(count))
          : pipe(input.stream(given), tap<In>(count), make());
        const { failure, rows: out } = await observe(stream, { signal: cancel.signal });
        if (failure !== undefined) same(failure.cause, reason, "what the run rejects with");
        else holds(seen < at || isSame(out, expected), "a cancelled run ended well, with another answer");
      }
    }
  });

  law("passes on one row a call and none behind its end, and watermarks in order", async (input) => {
    const given = manyOf(rows, 3_000);
    const wrong: string[] = [];
    let taking = false;
    let passed = 0;
    let last_ms = Number.NEGATIVE_INFINITY;
    let ended = false;
    const before = passing<In>("before", (next) => ({
      row: (row) => {
        taking = true;
        passed = 0;
        try {
          next.row(row);
        } finally {
          taking = false;
        }
      },
    }));
    const behind = passing<Out>("behind", (next) => ({
      row: (row) => {
        if (taking && ++passed === 2) wrong.push("a second row of one call");
        if (ended) wrong.push("a row behind the end");
        next.row(row);
      },
      watermark: (time_ms) => {
        if (time_ms < last_ms) wrong.push(`watermark ${time_ms} came after ${last_ms}`);
        last_ms = time_ms;
        next.watermark(time_ms);
      },
      end: () => {
        ended = true;
        next.end();
      },
    }));
    // Batches of a few rows: there are watermarks between them.
    await observeWell(pipe(input.stream(given), before, make(), behind), { batch_bytes: 256 });
    same(wrong.slice(0, 3), [], "what came that should not");
  });

  if (throwing !== undefined) {
    law("a callback that throws is a fault of that row", async (input) => {
      const bad = rows.filter((_, i) => i % 3 === 1);
      const kept = rows.filter((row) => !bad.some((one) => isSame(one, row)));
      const thrown = new Error("the callback threw");
      const operator = throwing((row) => {
        if (bad.some((one) => isSame(one, own(row)))) throw thrown;
      });
      const { rows: out, faults: refused } = await observeWell(pipe(input.stream(rows), operator));
      same(out, model(kept), "the rows that were left");
      const callbacks = refused.filter(({ code }) => code === "callback");
      same(callbacks.length, rows.length - kept.length, "faults");
      for (const fault of callbacks) {
        holds(fault.cause === thrown, "the fault's cause is not what was thrown");
        same(fault.operator, operator.name, "the fault's operator");
        const record: unknown = JSON.parse(new TextDecoder().decode(fault.bytes));
        holds(
          bad.some((one) => isSame(one, record)),
          "the fault's bytes are not its row's",
        );
      }
    });
  }

  if (schema !== undefined) {
    test(`${name}: chunks and batch sizes change nothing`, async () => {
      const given = manyOf(rows, 30);
      const bytes = linesOf(given);
      const expected = model(given);
      const longest = Math.max(16, ...given.map((row) => linesOf([row]).length));
      const chance = random(bytes.length);
      const cuts = [
        ...[1, 2, 3, 7, 64].map((size) => rechunk(bytes, size)),
        ...Array.from({ length: 12 }, () => rechunk(bytes, [chance.below(bytes.length)])),
        ...Array.from({ length: 12 }, () => rechunkAtRandom(bytes, chance.below(20), chance)),
      ];
      for (const pieces of cuts) {
        const batch_bytes = 1 + chance.below(chance.chance(0.5) ? 8 : 2 * bytes.length);
        const { rows: out } = await observeWell(pipe(viewStream<In>(pieces, schema), make()), {
          batch_bytes,
          record_bytes: longest,
        });
        const sizes = pieces.map(({ length }) => length).slice(0, 20);
        same(
          out,
          expected,
          `${pieces.length} pieces of ${sizes.join(", ")} … bytes, batches of ${batch_bytes}`,
        );
      }
    });

    test(`${name}: records that are no rows change nothing`, async () => {
      const bad = new TextEncoder().encode('{"not json\n');
      const pieces = rows.flatMap((row) => [bad, linesOf([row])]);
      const { rows: out, faults: refused } = await observeWell(pipe(viewStream<In>(pieces, schema), make()));
      same(out, model(rows), "the answer");
      const broken = refused.filter(({ code }) => code === "json").length;
      if (!stopsEarly) same(broken, rows.length, "faults of the format");
    });
  }

  law("plain rows may come from another operator", async (input) => {
    const stream = pipe(
      input.stream(rows),
      map<In, In>((row) => structuredClone(own(row))),
      make(),
    );
    same((await observeWell(stream)).rows, model(rows), "the answer");
  });
}

/** The rows, over and over. */
function manyOf<Row>(rows: readonly Row[], count: number): readonly Row[] {
  return Array.from({ length: count }, (_, i) => rows[i % rows.length] as Row);
}
