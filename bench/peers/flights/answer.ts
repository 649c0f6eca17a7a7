import type { Departure } from "../../../examples/event-pipeline/reference.ts";

/** What a peer answered, in a form that is cheap to compare. */
export interface Answer {
  readonly rows: number;
  /** 64 bits over every value of every row; the order of the rows does not matter. */
  readonly hash: string;
}

/** Takes result rows and keeps none. */
export interface AnswerBuilder {
  readonly add: (row: Departure) => void;
  readonly end: () => Answer;
}

/**
 * Makes an empty answer.
 *
 * Windows must come in ascending order, the rows of one window in any. Numbers count by their bits: 0.1 + 0.2 is not
 * 0.3 here. Each row is hashed by arithmetic and the hashes are added up: sorting the rows or hashing their text by
 * cryptography would be a visible part of what is timed.
 */
export function createAnswer(): AnswerBuilder {
  const double = new Float64Array(1);
  const words = new Uint32Array(double.buffer);
  const sums = new Uint32Array(2);
  let low = 0;
  let high = 0;
  let rows = 0;
  let start = -Infinity;

  function word(value: number): void {
    low = Math.imul(low ^ value, 0x01000193);
    low ^= low >>> 15;
    high = Math.imul(high ^ value, 0xcc9e2d51);
    high = (high << 13) | (high >>> 19);
  }

  function number(value: number): void {
    double[0] = value;
    word(words[0]!);
    word(words[1]!);
  }

  return {
    add: (row) => {
      if (row.window_start < start) throw new Error(`Window ${row.window_start} came after window ${start}`);
      start = row.window_start;
      rows++;
      low = 0x811c9dc5;
      high = 0x9747b28c;
      number(row.window_start);
      number(row.window_end);
      word(row.state.length);
      for (let i = 0; i < row.state.length; i++) word(row.state.charCodeAt(i));
      number(row.flights);
      number(row.mean_delay);
      number(row.max_delay);
      number(row.delayed_share);
      number(row.destinations);
      sums[0] = sums[0]! + low;
      sums[1] = sums[1]! + high;
    },
    end: () => {
      const [first = 0, second = 0] = sums;
      return { rows, hash: first.toString(16).padStart(8, "0") + second.toString(16).padStart(8, "0") };
    },
  };
}
