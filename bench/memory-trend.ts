/** Memory of a process at a moment of its run. */
export interface Sample {
  /** Input that was read so far. */
  readonly bytes: number;
  readonly rss_bytes: number;
}

/** How memory goes on once a run is under way. */
export interface Trend {
  /** Growth for each million records. */
  readonly slope_bytes: number;
  /** Twice the standard error of the slope: what noise alone may make of a flat line in 19 of 20 runs. */
  readonly noise_bytes: number;
}

/** Samples close to each other are alike: they are summed up to so many blocks, which are not. */
const BLOCKS = 16;
/** The compilers and the pool need a while. */
const SETTLED = 0.25;

/**
 * Fits a line to the later three quarters of a run, by least squares over the means of 16 blocks.
 *
 * @param samples In the order in which they were taken.
 * @param records How many records there are in all.
 * @throws {RangeError} When there are less than two samples a block.
 */
export function trendOf(samples: readonly Sample[], records: number): Trend {
  const total = samples.at(-1)?.bytes ?? 0;
  const settled = samples.filter(({ bytes }) => bytes >= SETTLED * total);
  if (settled.length < 2 * BLOCKS) throw new RangeError(`Cannot tell a trend from ${samples.length} samples`);
  const points = Array.from({ length: BLOCKS }, (_, block) => {
    const from = Math.floor((block * settled.length) / BLOCKS);
    const to = Math.floor(((block + 1) * settled.length) / BLOCKS);
    const some = settled.slice(from, to);
    return {
      x: (mean(some.map(({ bytes }) => bytes)) / total) * (records / 1e6),
      y: mean(some.map(({ rss_bytes }) => rss_bytes)),
    };
  });
  const [x0, y0] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const across = sum(points.map(({ x }) => (x - x0) ** 2));
  const slope_bytes = sum(points.map(({ x, y }) => (x - x0) * (y - y0))) / across;
  const off = sum(points.map(({ x, y }) => (y - y0 - slope_bytes * (x - x0)) ** 2));
  return { slope_bytes, noise_bytes: 2 * Math.sqrt(off / (BLOCKS - 2) / across) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
