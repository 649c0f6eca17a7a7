import type { Departure } from "../examples/event-pipeline/reference.ts";

/** What a peer answered, in a form that is cheap to compare. */
export interface Answer {
  readonly rows: number;
  /** 64 bits over every value of every row, in the order of window and state. */
  readonly hash: string;
}

/** Takes result rows and keeps none but those of the window under way. */
export interface AnswerBuilder {
  readonly add: (row: Departure) => void;
  readonly end: () => Answer;
}

/**
 * Makes an empty answer.
 *
 * Windows must come in ascending order; the rows of one window may come in any and are hashed in the order of their
 * states. Numbers count by their bits: 0.1 + 0.2 is not 0.3 here. Arithmetic instead of a cryptographic hash of
 * text, because two hundred thousand rows of text would be a visible part of what is timed.
 */
export function createAnswer(): AnswerBuilder {
  const double = new Float64Array(1);
  const words = new Uint32Array(double.buffer);
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  let rows = 0;
  let window: Departure[] = [];
  let start = -Infinity;

  function word(value: number): void {
    low = Math.imul(low ^ value, 0x01000193);
    high = Math.imul((high << 13) | (high >>> 19), 5) ^ Math.imul(value, 0xcc9e2d51);
  }

  function number(value: number): void {
    double[0] = value;
    word(words[0]!);
    word(words[1]!);
  }

  function flush(): void {
    window.sort((a, b) => (a.state < b.state ? -1 : a.state > b.state ? 1 : 0));
    for (const row of window) {
      number(row.window_start);
      number(row.window_end);
      number(row.state.length);
      for (let i = 0; i < row.state.length; i++) word(row.state.charCodeAt(i));
      number(row.flights);
      number(row.mean_delay);
      number(row.max_delay);
      number(row.delayed_share);
      number(row.destinations);
    }
    rows += window.length;
    window = [];
  }

  return {
    add: (row) => {
      if (row.window_start !== start) {
        if (row.window_start < start)
          throw new Error(`Window ${row.window_start} came after window ${start}`);
        flush();
        start = row.window_start;
      }
      window.push(row);
    },
    end: () => {
      flush();
      const hex = (half: number): string => (half >>> 0).toString(16).padStart(8, "0");
      return { rows, hash: hex(high) + hex(low) };
    },
  };
}
