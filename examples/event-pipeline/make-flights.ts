import type { FlightColumns } from "./flight-columns.ts";
import { prepareFlights } from "./prepare.ts";
import { createRandom } from "./random.ts";

/** What {@link makeFlights} makes. */
export interface MadeFlights {
  /** Folder of the six files. */
  readonly folder: string;
  readonly rows: number;
  /** The same seed makes the same bytes. */
  readonly seed: number;
  /** Time of the first flight. Default: the year 2001. */
  readonly start_ms?: number;
}

/** Airports of many states; MQT's, the text `NA`, is one too. */
const CODES =
  "ATL BOS BWI CLT DCA DEN DFW DTW EWR FLL HNL IAD IAH JFK LAS LAX LGA MCO MDW MIA MQT MSP ORD PHL PHX SAN SEA SFO SLC TPA";
/** Flights are half a minute apart: 20,000 of them last a week. */
const GAP_most_ms = 60_000;

/**
 * Makes clean upstream files, in the form of the prepared ones, of flights that were never flown: for tests that must
 * not wait for three million.
 *
 * @returns Paths of six files.
 */
export async function makeFlights({ folder, rows, seed, start_ms }: MadeFlights): Promise<readonly string[]> {
  const random = createRandom(seed);
  const codes = CODES.split(" ");
  const column = <Value>(value: () => Value): Value[] => Array.from({ length: rows }, value);
  let time_ms = start_ms ?? Date.UTC(2001, 0, 1);
  const columns: FlightColumns = {
    total: rows,
    // Whole minutes now and then, so that some flights leave at the first moment of a window.
    date_ms: column(() => {
      time_ms += random.below(GAP_most_ms);
      if (random.below(8) === 0) time_ms = Math.ceil(time_ms / 60_000) * 60_000;
      return time_ms;
    }),
    delay: column(() => BigInt(random.below(10) === 0 ? random.below(5761) - 1440 : random.below(60) - 20)),
    distance: column(() => BigInt(1 + random.below(5000))),
    origin: column(() => random.pick(codes)),
    destination: column(() => random.pick(codes)),
  };
  const { files } = await prepareFlights({
    folder,
    read: async function* () {
      yield columns;
    },
    stderr: { write: () => {} },
  });
  return files;
}
