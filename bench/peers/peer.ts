import type { Airport } from "../../examples/event-pipeline/airports.ts";
import type { Departure } from "../../examples/event-pipeline/reference.ts";

/** What every peer is given. */
export interface PeerOptions {
  /** NDJSON files of flights, each in time order: one partition each. */
  readonly files: readonly string[];
  /** Length of the windows, which are aligned to the epoch. */
  readonly window_ms: number;
  /** Airports by code. */
  readonly airports: ReadonlyMap<string, Airport>;
  /** Takes the rows: windows in ascending order, the rows of one window in any. No peer keeps them. */
  readonly onRow: (row: Departure) => void;
}

/**
 * Why a record was refused, in words that all peers share: not a JSON object; a field missing or of another type;
 * a value out of its range; an airport that nobody knows.
 */
type FaultCode = "json" | "schema" | "invalid" | "lookup-missing";

/** What every peer reports. rowsIn = rows in windows + late + faults. */
export interface PeerResult {
  readonly rowsIn: number;
  readonly faults: Readonly<Record<FaultCode, number>>;
  readonly late: number;
  /** Bytes of the pool, where there is one: the memory that is granted beyond idle. */
  readonly pool_bytes?: number;
}

/** The pipeline of `examples/event-pipeline`, written in one way. */
export type Peer = (options: PeerOptions) => Promise<PeerResult>;

/** How far a file's rows may be out of order. */
export const OUT_OF_ORDER_ms: number = 10 * 60_000;
