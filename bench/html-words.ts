import type { Result } from "./results.ts";
import { OURS } from "./results.ts";

/** What the figures mean, in plain words: one sentence for each runtime, then how to read them. */
export function wordsOf(results: readonly Result[]): string[] {
  const ours = results.filter(({ peer, copies }) => peer === OURS && copies === 1);
  return [...ours.map((mine) => sentenceOf(mine, results)), ...fairness(ours, results)];
}

const RIVALS: readonly (readonly [peer: string, words: string])[] = [
  ["web-streams", "Web Streams, one TransformStream a stage"],
  ["json-parse-loop", "a hand-written loop over JSON.parse"],
  ["rust-serde", "Rust as it was published (borrowed serde, bump arena, one thread)"],
];

/** What of the input favours whom. */
const DATA: Readonly<Record<string, string>> = {
  events:
    "The input suits that: 12 types, 200 countries, and 5,000 users with one address each, however it is typed. The " +
    "scenario letters runs the same stages over strings that never come again, other names in any order and long texts " +
    "that are not ASCII.",
  letters:
    "The input is what suits that least: strings never come again, names stand in any order, texts are long and not ASCII.",
};

function sentenceOf(mine: Result, results: readonly Result[]): string {
  const speed = mine.recordsPerSecond.median;
  const ratios = RIVALS.flatMap(([peer, words]) => {
    const rival = findRival(peer, mine, results);
    return rival === undefined ? [] : [`${times(speed / rival.recordsPerSecond.median)} that of ${words}`];
  });
  const told = ratios.length === 0 ? "" : `: ${listed(ratios)}`;
  return `On ${nameOf(mine.runtime)} ${mine.version}, Millrace handles ${Math.round(speed / 1000).toLocaleString("en")} thousand ${mine.scenario} a second${told}.`;
}

function fairness(ours: readonly Result[], results: readonly Result[]): string[] {
  const words = [
    "Where Millrace is ahead of Rust with serde, the algorithm is the reason and not the language: rows are annotations " +
      "of the bytes, no objects; strings that come again get a code of a dictionary; and the output is spliced from " +
      "the bytes that came in.",
  ];
  const data = DATA[results[0]?.scenario ?? ""];
  if (data !== undefined) words.push(data);
  const native = results.find(({ peer }) => peer === "rust-native");
  if (native !== undefined && ours.length > 0) {
    const shares = ours.map(({ runtime, recordsPerSecond }) => {
      const share = (100 * recordsPerSecond.median) / native.recordsPerSecond.median;
      return `${share.toFixed(0)} % on ${nameOf(runtime)}`;
    });
    words.push(
      `The same technique in native code is shown as rust-native: the limit. Of its throughput Millrace reaches ${listed(shares)}.`,
    );
  }
  return words;
}

function nameOf(runtime: string): string {
  return runtime.charAt(0).toUpperCase() + runtime.slice(1);
}

function findRival(peer: string, mine: Result, results: readonly Result[]): Result | undefined {
  return results.find(
    (other) =>
      other.peer === peer &&
      (other.runtime === mine.runtime || other.runtime === "rust") &&
      other.copies === mine.copies,
  );
}

function times(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} times`;
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
