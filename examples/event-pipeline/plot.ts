import { createAtomicFile } from "./atomic-file.ts";
import { DAYS, type DelayCell, daysOfWeek, hoursOfWeek, windows } from "./delay-charts.ts";

/** What a plot needs of a row of the table `departures`. */
export interface DelayRow {
  /** Epoch milliseconds. */
  readonly window_start: number;
  /** Epoch milliseconds. */
  readonly window_end: number;
  readonly flights: number;
  /** Minutes. */
  readonly mean_delay: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Draws the mean departure delay and writes it as an SVG file, atomically.
 *
 * @param rows The table `departures`, in any order.
 * @param path The file to write.
 * @throws Error when there are no rows or the file can't be written.
 */
export async function writeDelayPlot(rows: Iterable<DelayRow>, path: string): Promise<void> {
  const svg = await drawDelays(rows);
  using file = createAtomicFile(path);
  file.write(new TextEncoder().encode(svg));
  await file.commit();
}

/**
 * Draws the mean departure delay, weighted by flights: by hour of the week for windows of up to an
 * hour, by day of the week for those of up to a day, otherwise window by window. Times are those
 * in the data, read as UTC; a window counts where it starts.
 *
 * @param rows The table `departures`, in any order, of windows of one length.
 * @returns An SVG document.
 * @throws Error when there are no rows.
 */
export async function drawDelays(rows: Iterable<DelayRow>): Promise<string> {
  const { window_ms, first_ms, last_ms, flights, cells } = gather(rows);
  const date = (time_ms: number): string => new Date(time_ms).toISOString().slice(0, 10);
  const subtitle = `${flights.toLocaleString("en")} flights, ${date(first_ms)} to ${date(last_ms - 1)}`;
  const spec =
    window_ms <= HOUR_MS
      ? hoursOfWeek(cells, flights, subtitle)
      : window_ms <= DAY_MS
        ? daysOfWeek(cells, subtitle)
        : windows(cells, subtitle);

  // Loaded here: the two take longer to load than a small job takes to run.
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

function gather(rows: Iterable<DelayRow>): {
  window_ms: number;
  first_ms: number;
  last_ms: number;
  flights: number;
  cells: DelayCell[];
} {
  let window_ms = 0;
  let first_ms = Number.POSITIVE_INFINITY;
  let last_ms = Number.NEGATIVE_INFINITY;
  let flights = 0;
  const sums = new Map<
    number,
    { day: number; hour: number; start_ms: number; flights: number; minutes: number }
  >();

  for (const row of rows) {
    window_ms ||= row.window_end - row.window_start;
    first_ms = Math.min(first_ms, row.window_start);
    last_ms = Math.max(last_ms, row.window_end);
    flights += row.flights;
    // The epoch began on a Thursday.
    const day = (((Math.floor(row.window_start / DAY_MS) + 3) % 7) + 7) % 7;
    const hour =
      window_ms <= HOUR_MS
        ? Math.floor(row.window_start / HOUR_MS) - Math.floor(row.window_start / DAY_MS) * 24
        : 0;
    const key = window_ms <= DAY_MS ? day * 24 + hour : row.window_start;
    const sum = sums.get(key) ?? { day, hour, start_ms: row.window_start, flights: 0, minutes: 0 };
    sum.flights += row.flights;
    sum.minutes += row.mean_delay * row.flights;
    sums.set(key, sum);
  }
  if (flights === 0) throw new Error("Cannot draw the delays: there are no departures");

  const cells = [...sums.values()].map(({ day, hour, start_ms, flights, minutes }) => {
    return { day: DAYS[day] as string, hour, start_ms, flights, delay: minutes / flights };
  });
  return { window_ms, first_ms, last_ms, flights, cells };
}
