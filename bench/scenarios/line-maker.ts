/** Why a line is refused; see `events.md`. */
export const REJECTS = ["json", "utf8", "schema", "invalid"] as const;

/** One of {@link REJECTS}. */
export type Reject = (typeof REJECTS)[number];

/** A line of generated input. */
export interface Line {
  /** Without its line feed. */
  readonly text: string;
  /** What must become of it; left out: a record. */
  readonly reject?: Reject;
  /** Where a byte is overwritten by one that no UTF-8 has. All text up to there is ASCII. */
  readonly brokenAt?: number;
}

/** Makes the next line; the same seed gives the same lines on every machine. */
export type LineMaker = () => Line;

/** One line in so many, on average, is malformed, in one of five ways. */
export const MALFORMED_EVERY = 100;

const HEX: readonly string[] = Array.from({ length: 65_536 }, (_, value) =>
  value.toString(16).padStart(4, "0"),
);

/** Four hexadecimal digits. */
export function hex4(value: number): string {
  return HEX[value]!;
}
