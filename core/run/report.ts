import type { PoolReport } from "../memory/pool.ts";

/** One operator in figures. */
export interface OperatorMetrics {
  /** Unique in the job: `"filter"`, `"filter-2"`, `"fork.late.map"`. */
  readonly name: string;
  /** Rows that reached it. */
  readonly rowsIn: number;
  /** Rows that it passed on; of a sink, those that it wrote. */
  readonly rowsOut: number;
  /** Rows refused in its name. */
  readonly faults: number;
}

/** One partition in figures. */
export interface PartitionMetrics {
  /** Name of the source. */
  readonly source: string;
  /** Name of the partition: of files, the path. */
  readonly partition: string;
  /** Offset behind the last record processed. */
  readonly offset: number;
  /** Largest event time seen minus the allowed disorder, epoch milliseconds; −∞ while there is none. */
  readonly watermark_ms: number;
  /** Whether all of it has been processed. */
  readonly ended: boolean;
}

/** A run in figures: plain data, made when asked for. */
export interface Metrics {
  /** Name of the job. */
  readonly name: string;
  /** Records read, bad ones included, blank lines not. */
  readonly rowsIn: number;
  /** Rows that sinks took; the dead letter's not among them. */
  readonly rowsOut: number;
  /** Rows that came too late for their window. Not counted as faults. */
  readonly late: number;
  /** Rows refused, by code. */
  readonly faults: Readonly<Record<string, number>>;
  /** Milliseconds since the run began; of a run that has ended, how long it took. */
  readonly elapsed_ms: number;
  /** The source's partitions, in its order; of rows that were iterated, one. */
  readonly partitions: readonly PartitionMetrics[];
  /** The job's operators and sinks, in the order in which rows meet them; `fork`'s branches follow it. */
  readonly operators: readonly OperatorMetrics[];
  /** All memory that grows with input, by who holds it. */
  readonly pool: PoolReport;
}

/** What a run that ended leaves behind. */
export interface RunReport extends Metrics {
  /** It ended because `stop()` was called or an operator wanted no more, not because its input did. */
  readonly stopped: boolean;
}
