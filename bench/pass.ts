import type { Trace } from "./watch.ts";

/** Percentiles over the batches of one pass. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** One pass of one peer over one input. What is not known is `null`. */
export interface Pass {
  /** Records, refused ones included. */
  readonly rowsIn: number;
  /** What all passes over the same input must agree on, by name; a peer may leave something out. */
  readonly answer: Readonly<Record<string, number | string>>;
  /** The pass alone: start-up and the loading of tables are not in it. */
  readonly elapsed_ms: number;
  /** All threads, user and system. */
  readonly cpu_us: number;
  readonly peakRss_bytes: number;
  /** Before the pass: the runtime, the modules and the tables. */
  readonly loadedRss_bytes: number | null;
  /** Of the pool, where there is one: the memory that is granted beyond idle. */
  readonly pool_bytes: number | null;
  /** From a block being read to the output of its last record being in the file. */
  readonly latency_ms: Latency | null;
  /** From the start of the process to the first rows in the output file. */
  readonly firstRow_ms: number | null;
  /** Longest pause for garbage collection. */
  readonly gcPauseMost_ms: number | null;
  /** Result rows, when they were asked for. */
  readonly aggregates?: readonly unknown[];
}

/** What a child of ours prints: latency is worked out from the trace, by the parent. */
export interface ChildPass extends Omit<Pass, "latency_ms"> {
  readonly trace: Trace;
}

/** What a scenario's part of the child tells of a pass. */
interface Told extends Pick<Pass, "rowsIn" | "answer" | "pool_bytes" | "aggregates"> {}

/** A pass that is ready to be timed. */
export interface PreparedPass {
  /** What is timed. */
  readonly run: () => Promise<void>;
  /** Asked for afterwards. */
  readonly told: () => Told;
  /** Removes what was written. */
  readonly discard?: () => void;
}
