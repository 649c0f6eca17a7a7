import { readFileSync } from "node:fs";
import type { Aggregate } from "../peers/events/peer.ts";
import { canonicalAggregates, canonicalRecord } from "./answers.ts";
import type { Outcome } from "./scenario.ts";

const LINE_FEED = 0x0a;

/** Compares aggregates and output records of two peers over the same input, and tells the first that differs. */
export function difference(first: Outcome, other: Outcome): string | undefined {
  return differentAggregate(first, other) ?? differentRecord(first.output, other.output);
}

function differentAggregate(first: Outcome, other: Outcome): string | undefined {
  const expected = canonicalAggregates((first.pass.aggregates ?? []) as Aggregate[]);
  const found = canonicalAggregates((other.pass.aggregates ?? []) as Aggregate[]);
  const at = expected.findIndex((row, index) => row !== found[index]);
  if (at < 0 && found.length === expected.length) return undefined;
  const index = at < 0 ? expected.length : at;
  return `aggregate ${index + 1} is ${found[index] ?? "missing"} instead of ${expected[index] ?? "none"}`;
}

/** Compares line by line; only lines that differ as bytes are parsed. */
function differentRecord(firstPath: string, otherPath: string): string | undefined {
  const [first, other] = [readFileSync(firstPath), readFileSync(otherPath)];
  let [at, otherAt] = [0, 0];
  for (let number = 1; at < first.length || otherAt < other.length; number++) {
    const [end, otherEnd] = [endOf(first, at), endOf(other, otherAt)];
    const same = first.subarray(at, end).equals(other.subarray(otherAt, otherEnd));
    if (!same) {
      const [expected, found] = [first.toString("utf8", at, end), other.toString("utf8", otherAt, otherEnd)];
      if (!sameRecord(expected, found)) return `record ${number} is ${found} instead of ${expected}`;
    }
    at = end + 1;
    otherAt = otherEnd + 1;
  }
  return undefined;
}

function endOf(bytes: Buffer, at: number): number {
  const end = bytes.indexOf(LINE_FEED, at);
  return end < 0 ? bytes.length : end;
}

function sameRecord(expected: string, found: string): boolean {
  try {
    return canonicalRecord(expected) === canonicalRecord(found);
  } catch {
    return false;
  }
}
