import { grown } from "../row/grown.ts";
import { grow, roundPartials } from "./partials.ts";
import { roundUnits, toUnits, unitsOf } from "./rounding.ts";
import { RowLoops } from "./row-loops.ts";

/** Exact sums of doubles, one a slot. */
export interface ExactSums {
  reserve(slots: number): void;
  reset(slot: number): void;
  add(slot: number, value: number): void;
  /** Adds `values[rows[i]]` to `slots[i]`, `from` ≤ i < `to`. */
  addRows(slots: Int32Array, rows: Int32Array, values: Float64Array, from: number, to: number): void;
  /** The double nearest to the exact sum, ties to even; +0 when nothing was added. */
  total(slot: number): number;
  /** The double nearest to the exact sum divided by `count`. */
  mean(slot: number, count: number): number;
  /** Numbers whose exact sum is that of the slot, and a bigint in units of 2^-1074. */
  save(slot: number): SavedSum;
  /** Adds what was saved. */
  absorb(slot: number, saved: SavedSum): void;
}

/** An exact sum as plain data. */
export type SavedSum = readonly (number | bigint)[];

const NAN = 1;
const PLUS_INFINITY = 2;
const MINUS_INFINITY = 4;

/**
 * Keeps exact sums: the result does not depend on the order of the values, bit for bit.
 *
 * While the exact sum fits two doubles, `high + low`, an addition costs one or two error-free transformations
 * (Knuth's TwoSum): a few nanoseconds, and always enough for integers below 2^53 and for amounts in cents. Then the
 * slot turns to non-overlapping partials: J. R. Shewchuk, *Adaptive Precision Floating-Point Arithmetic*, Discrete &
 * Computational Geometry 18, 1997; rounded as Python's `math.fsum` does it, half-even correction included. When a
 * partial would overflow, it turns to a bigint, so that 1e308 + 1e308 − 1e308 is 1e308 in every order.
 *
 * Infinities and NaN are counted apart: any NaN, or infinities of both signs, make the result NaN. A sum of zeros
 * is +0 whatever their signs.
 */
export function createExactSums(loops: RowLoops = new RowLoops()): ExactSums {
  let highs = new Float64Array(0);
  let lows = new Float64Array(0);
  let specials = new Uint8Array(0);
  // A slot that has left the two doubles is here, and its `high` is NaN, so that the fast path fails by itself.
  const partials = new Map<number, number[]>();
  const wides = new Map<number, bigint>();

  const addSlow = (slot: number, value: number): void => {
    if (!Number.isFinite(value)) {
      const kind = Number.isNaN(value) ? NAN : value > 0 ? PLUS_INFINITY : MINUS_INFINITY;
      specials[slot] = (specials[slot] as number) | kind;
      return;
    }
    const wide = wides.get(slot);
    if (wide !== undefined) {
      wides.set(slot, wide + toUnits(value));
      return;
    }
    const known = partials.get(slot);
    if (known !== undefined) {
      if (!grow(known, value)) widen(slot, known, value);
      return;
    }
    const high = highs[slot] as number;
    const low = lows[slot] as number;
    highs[slot] = Number.NaN;
    const fresh: number[] = [];
    if (grow(fresh, low) && grow(fresh, high) && grow(fresh, value)) partials.set(slot, fresh);
    else wides.set(slot, unitsOf([low, high, value]));
  };

  const widen = (slot: number, parts: readonly number[], value: number): void => {
    partials.delete(slot);
    wides.set(slot, unitsOf(parts) + toUnits(value));
  };

  const special = (slot: number): number => {
    const kinds = specials[slot] as number;
    if (kinds === PLUS_INFINITY) return Number.POSITIVE_INFINITY;
    return kinds === MINUS_INFINITY ? Number.NEGATIVE_INFINITY : Number.NaN;
  };

  const units = (slot: number): bigint => {
    const parts = partials.get(slot) ?? [highs[slot] as number, lows[slot] as number];
    return wides.get(slot) ?? unitsOf(parts);
  };

  const add = (slot: number, value: number): void => {
    const high = highs[slot] as number;
    const sum = high + value;
    const part = sum - high;
    const error = high - (sum - part) + (value - part);
    if (error === 0) {
      highs[slot] = sum;
      return;
    }
    // An error that is NaN, of an infinity or of a slot that has left the two doubles, fails here too.
    const low = lows[slot] as number;
    const rest = low + error;
    const lowPart = rest - low;
    if (low - (rest - lowPart) + (error - lowPart) === 0) {
      highs[slot] = sum;
      lows[slot] = rest;
    } else addSlow(slot, value);
  };

  return {
    reserve: (slots) => {
      highs = loops.grown(highs, slots);
      lows = loops.grown(lows, slots);
      specials = grown(specials, slots);
    },
    reset: (slot) => {
      if (Number.isNaN(highs[slot])) {
        partials.delete(slot);
        wides.delete(slot);
      }
      highs[slot] = 0;
      lows[slot] = 0;
      specials[slot] = 0;
    },
    add,
    addRows: (slots, rows, values, from, to) => {
      for (let i = from; i < to; i++) {
        i = loops.sum(highs, lows, slots, rows, values, i, to);
        if (i < to) addSlow(slots[i] as number, values[rows[i] as number] as number);
      }
    },
    total: (slot) => {
      if (specials[slot] !== 0) return special(slot);
      const high = highs[slot] as number;
      if (!Number.isNaN(high)) return high + (lows[slot] as number);
      const parts = partials.get(slot);
      const rounded = parts === undefined ? Number.NaN : roundPartials(parts);
      return Number.isFinite(rounded) ? rounded : roundUnits(units(slot), 1n);
    },
    mean: (slot, count) => {
      if (specials[slot] !== 0) return special(slot);
      if (lows[slot] === 0 && !Number.isNaN(highs[slot])) return (highs[slot] as number) / count + 0;
      return roundUnits(units(slot), BigInt(count));
    },
    save: (slot) => {
      const kinds = specials[slot] as number;
      const saved: (number | bigint)[] = [];
      if (kinds & NAN) saved.push(Number.NaN);
      if (kinds & PLUS_INFINITY) saved.push(Number.POSITIVE_INFINITY);
      if (kinds & MINUS_INFINITY) saved.push(Number.NEGATIVE_INFINITY);
      const wide = wides.get(slot);
      if (wide !== undefined) saved.push(wide);
      else saved.push(...(partials.get(slot) ?? [highs[slot] as number, lows[slot] as number]));
      return saved;
    },
    absorb: (slot, saved) => {
      for (const part of saved) {
        if (typeof part === "number") {
          add(slot, part);
          continue;
        }
        const sum = units(slot) + part;
        partials.delete(slot);
        highs[slot] = Number.NaN;
        wides.set(slot, sum);
      }
    },
  };
}
