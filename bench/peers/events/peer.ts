import type { Reject } from "../../scenarios/line-maker.ts";
import type { Watch } from "../../watch.ts";

/** Which records: the two scenarios that these peers run. */
export type Kind = "events" | "letters";

/** A window of one type and region that is final. */
export interface Aggregate {
  /** Epoch milliseconds. */
  readonly start: number;
  readonly type: string;
  readonly region: string;
  readonly count: number;
  readonly sum: number;
  readonly max: number;
  /** Different users. */
  readonly users: number;
}

/** What every peer is given. */
export interface PeerOptions {
  readonly kind: Kind;
  /** NDJSON file. */
  readonly input: string;
  /** NDJSON file to write. */
  readonly output: string;
  /** Region by country. */
  readonly regions: ReadonlyMap<string, string>;
  /** Told of every block that is read or written. */
  readonly watch: Watch;
  /** Takes the aggregates: windows in ascending order, those of one window in any. */
  readonly onRow: (row: Aggregate) => void;
}

/** What every peer reports. */
export interface PeerResult {
  /** Records, refused ones included, blank lines not. */
  readonly rowsIn: number;
  readonly rejects: Readonly<Rejects>;
  /** Bytes of the pool, where there is one: the memory that is granted beyond idle. */
  readonly pool_bytes?: number;
}

/** Refused records by reason. */
export type Rejects = Record<Reject, number>;

/** The five stages of `events.md`, written in one way. */
export type Peer = (options: PeerOptions) => Promise<PeerResult>;

/** How much of the input one read takes, in every peer. */
export const BLOCK_bytes: number = 256 * 1024;

/** No rejects so far. */
export function noRejects(): Rejects {
  return { json: 0, utf8: 0, schema: 0, invalid: 0 };
}
