import type { Airport } from "../../../examples/event-pipeline/airports.ts";
import type { Departure } from "../../../examples/event-pipeline/reference.ts";

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
 * Why a record is refused, in the framework's words and in the order of the checks: longer than a mebibyte; not UTF-8;
 * not a JSON object; a field missing or of another type; a date that is none (`instant` throws); a value out of its
 * range; an airport that nobody knows.
 */
const FAULT_CODES = ["too-long", "utf8", "json", "schema", "callback", "invalid", "lookup-missing"] as const;

/** Refused records by code. */
export type Faults = Record<(typeof FAULT_CODES)[number], number>;

/** What every peer reports. rowsIn = rows in windows + late + faults. */
export interface PeerResult {
  /** Records, refused ones included, blank lines not. */
  readonly rowsIn: number;
  readonly faults: Readonly<Faults>;
  readonly late: number;
  /** Bytes of the pool, where there is one: the memory that is granted beyond idle. */
  readonly pool_bytes?: number;
}

/** The pipeline of `examples/event-pipeline`, written in one way. */
export type Peer = (options: PeerOptions) => Promise<PeerResult>;

/** How far a file's rows may be out of order. */
export const OUT_OF_ORDER_ms: number = 10 * 60_000;

/** No faults so far. */
export function noFaults(): Faults {
  return { "too-long": 0, utf8: 0, json: 0, schema: 0, callback: 0, invalid: 0, "lookup-missing": 0 };
}
