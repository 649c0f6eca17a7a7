import type { Aggregate } from "../peers/events/peer.ts";

/** Aggregates in the form in which all peers must agree: sorted, sums to the cent. */
export function canonicalAggregates(rows: readonly Aggregate[]): string[] {
  return [...rows].sort(byKey).map(({ start, type, region, count, sum, max, users }) => {
    return JSON.stringify({ start, type, region, count, sum: Math.round(sum * 100) / 100, max, users });
  });
}

/** A record in the form in which all peers must agree: names in one order, numbers by value. */
export function canonicalRecord(line: string): string {
  return JSON.stringify(sorted(JSON.parse(line)));
}

function byKey(a: Aggregate, b: Aggregate): number {
  return a.start - b.start || order(a.type, b.type) || order(a.region, b.region);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  // As pairs: an object would put names that look like numbers first, and take __proto__ for something else.
  return Object.entries(value)
    .sort(([a], [b]) => order(a, b))
    .map(([name, inner]) => [name, sorted(inner)]);
}
