// Doubles as whole numbers of 2^-1074, the smallest of them: sums of any doubles are exact in bigints.

const word = new DataView(new ArrayBuffer(8));
const FRACTION = (1n << 52n) - 1n;

/** A finite double in units of 2^-1074. */
export function toUnits(value: number): bigint {
  word.setFloat64(0, value);
  const bits = word.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & FRACTION;
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return bits >> 63n === 1n ? -size : size;
}

/** The exact sum of doubles, in units of 2^-1074. */
export function unitsOf(parts: readonly number[]): bigint {
  let sum = 0n;
  for (const part of parts) sum += toUnits(part);
  return sum;
}

function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return hex.length * 4 - Math.clz32(Number.parseInt(hex[0] as string, 16)) + 28;
}

/**
 * The double nearest to a quotient, ties to even: rounded once, as IEEE 754 would with unlimited precision between.
 *
 * @param units Dividend, in units of 2^-1074.
 * @param divisor Above 0.
 */
export function roundUnits(units: bigint, divisor: bigint): number {
  // Subtracted, as a minus sign would make −0.
  if (units < 0n) return 0 - roundUnits(-units, divisor);
  // Below 2^53 units every whole number of units is a double, and nothing between is.
  if (units < divisor << 53n) {
    let whole = units / divisor;
    const twice = (units - whole * divisor) * 2n;
    if (twice > divisor || (twice === divisor && (whole & 1n) === 1n)) whole += 1n;
    // + 0: a sum that is zero has no sign.
    return Number(whole) * 2 ** -1074 + 0;
  }
  // A quotient of 56 or 57 bits; its last bit also stands for all that is cut off, which is enough to round right.
  const shift = bitLength(units) - bitLength(divisor) - 56;
  const by = shift > 0 ? divisor << BigInt(shift) : divisor;
  const size = shift > 0 ? units : units << BigInt(-shift);
  let whole = size / by;
  if (whole * by !== size) whole |= 1n;
  // Two factors, as 2^-1077 is no double. Both products are exact, unless the result is beyond the largest double.
  const exponent = shift - 1074;
  const rounded = Number(whole);
  return exponent < -1000 ? rounded * 2 ** -1000 * 2 ** (exponent + 1000) : rounded * 2 ** exponent;
}
