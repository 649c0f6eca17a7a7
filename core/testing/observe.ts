import type { Stream } from "../operator.ts";
import type { Fault } from "../run/fault.ts";
import type { RunOptions } from "../run/options.ts";
import { pipe } from "../run/pipe.ts";
import type { Metrics } from "../run/report.ts";
import { run } from "../run/run.ts";
import { to } from "../run/to.ts";
import { memorySink } from "./memory-sink.ts";
import { holds } from "./same.ts";

/** What a run has done. */
export interface Observed<Row> {
  readonly rows: readonly Row[];
  readonly faults: readonly Fault[];
  /** What stopped it. */
  readonly failure: { readonly cause: unknown } | undefined;
  readonly metrics: Metrics;
}

/** Runs a stream to its end, with everything checked that can be checked of every run. */
export async function observe<Row>(stream: Stream<Row>, options: RunOptions = {}): Promise<Observed<Row>> {
  const sink = memorySink<Row>();
  const faults = memorySink<Fault>();
  const handle = run(pipe(stream, to(sink)), {
    verify: true,
    deadLetter: to(faults),
    // Small: a pool is made for every run.
    record_bytes: 32 * 1024,
    ...options,
  });
  let failure: { cause: unknown } | undefined;
  try {
    await handle.done;
  } catch (cause) {
    failure = { cause };
  }
  const metrics = handle.metrics();
  const out = metrics.pool.holders.filter(({ leased }) => leased !== 0).map(({ name }) => name);
  holds(out.length === 0, `the run ended with arenas out: ${out.join(", ")}`);
  const { state } = sink;
  if (failure === undefined)
    holds(state === "published", `the run ended well and its output was left ${state}`);
  else holds(state !== "open", "the run failed and its output was left open");
  return { rows: sink.rows, faults: faults.rows, failure, metrics };
}

/** Like {@link observe}, for a run that must end well. */
export async function observeWell<Row>(
  stream: Stream<Row>,
  options: RunOptions = {},
): Promise<Observed<Row>> {
  const observed = await observe(stream, options);
  if (observed.failure !== undefined) throw observed.failure.cause;
  return observed;
}
