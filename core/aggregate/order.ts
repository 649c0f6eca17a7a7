/** Place of a type in the order of values of different types. */
function rank(value: unknown): number {
  switch (typeof value) {
    case "undefined":
      return 0;
    case "boolean":
      return 2;
    case "number":
      return 3;
    case "bigint":
      return 4;
    case "string":
      return 5;
    default:
      return value === null ? 1 : 6;
  }
}

/**
 * Orders values as results are ordered: numbers and bigints by size, NaN behind all numbers, strings by their UTF-16
 * code units, Dates by time. Of different types: undefined, null, booleans, numbers, bigints, strings, Dates.
 *
 * @returns Below 0, 0 or above 0.
 */
export function compareValues(a: unknown, b: unknown): number {
  const first = rank(a);
  const second = rank(b);
  if (first !== second) return first - second;
  // All of one type now, and that one can be compared.
  if ((a as number) < (b as number)) return -1;
  if ((a as number) > (b as number)) return 1;
  if (typeof a === "number") return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return 0;
}
