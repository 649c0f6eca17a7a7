import type { PoolReport } from "../memory/pool.ts";

/** One operator in figures. */
export interface OperatorMetrics {
  readonly name: string;
  readonly rowsIn: number;
  readonly rowsOut: number;
  /** Rows refused in its name. */
  readonly faults: number;
}

/** One partition in figures. */
export interface PartitionMetrics {
  readonly source: string;
  readonly partition: string;
  /** Offset behind the last record processed. */
  readonly offset: number;
  /** Largest event time seen minus the allowed disorder, epoch milliseconds; −∞ while there is none. */
  readonly watermark_ms: number;
  readonly ended: boolean;
}

/** A run in figures: plain data, made when asked for. */
export interface Metrics {
  readonly name: string;
  /** Records read, bad ones included, blank lines not. */
  readonly rowsIn: number;
  /** Rows that sinks took; the dead letter's not among them. */
  readonly rowsOut: number;
  /** Rows that came too late for their window. Not counted as faults. */
  readonly late: number;
  /** Rows refused, by code. */
  readonly faults: Readonly<Record<string, number>>;
  readonly elapsed_ms: number;
  readonly partitions: readonly PartitionMetrics[];
  readonly operators: readonly OperatorMetrics[];
  readonly pool: PoolReport;
}

/** What a run that ended leaves behind. */
export interface RunReport extends Metrics {
  /** It ended because `stop()` was called or an operator wanted no more, not because its input did. */
  readonly stopped: boolean;
}
