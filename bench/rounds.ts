import { type Case, measure, measureIdle_bytes, type Pass } from "./measure.ts";
import { FAULT_CODES } from "./peers/peer.ts";
import type { Runtime } from "./runtimes.ts";

/** Everything that was measured of one case, round by round. */
export interface Measured extends Case {
  /** How many times over the input holds the flights. */
  readonly copies: number;
  readonly passes: Pass[];
}

/** Peak memory of the empty script by runtime, round by round. */
export type Idle = ReadonlyMap<string, number[]>;

/**
 * Runs every case once and compares the answers: nothing is timed that isn't right.
 *
 * @throws Error when two cases differ.
 */
export async function checkAnswers(cases: readonly Case[], tell: (text: string) => void): Promise<void> {
  let first: Pass | undefined;
  for (const [index, each] of cases.entries()) {
    tell(`check ${index + 1}/${cases.length}: ${each.peer} on ${each.runtime.name}`);
    const pass = await measure(each);
    first ??= pass;
    assertSame(each, pass, first);
  }
}

/**
 * Measures all cases in rounds, so that whatever else the machine does falls on all alike. Each round begins with
 * another case.
 *
 * @throws Error when two answers over the same input differ.
 */
export async function runRounds(
  cases: readonly Measured[],
  runtimes: readonly Runtime[],
  rounds: number,
  tell: (text: string) => void,
): Promise<Idle> {
  const idle: Idle = new Map(runtimes.map(({ name }) => [name, []]));
  const expected = new Map<number, Pass>();
  for (let round = 0; round < rounds; round++) {
    for (const runtime of runtimes) idle.get(runtime.name)?.push(await measureIdle_bytes(runtime));
    for (let turn = 0; turn < cases.length; turn++) {
      const each = cases[(turn + round) % cases.length]!;
      const at = `round ${round + 1}/${rounds}, ${turn + 1}/${cases.length}`;
      const input = each.copies === 1 ? "" : ` over ${each.copies} copies`;
      tell(`${at}: ${each.peer} on ${each.runtime.name}${input} …`);
      const pass = await measure(each);
      const first = expected.get(each.copies) ?? pass;
      expected.set(each.copies, first);
      assertSame(each, pass, first);
      each.passes.push(pass);
      tell(
        `${at}: ${each.peer} on ${each.runtime.name}${input} ${Math.round(pass.rowsIn / pass.elapsed_ms)} k records/s`,
      );
    }
  }
  return idle;
}

function assertSame(each: Case, pass: Pass, first: Pass): void {
  if (toldOf(pass) === toldOf(first)) return;
  throw new Error(
    `${each.peer} on ${each.runtime.name} gives another answer than the first that ran: ` +
      `${toldOf(pass)} instead of ${toldOf(first)}`,
  );
}

/** All that two passes over the same input must have in common. */
function toldOf({ rowsIn, faults, late, answer }: Pass): string {
  const refused = FAULT_CODES.map((code) => `${code} ${faults[code]}`).join(", ");
  return `${rowsIn} records (${refused}, late ${late}), ${answer.rows} rows, hash ${answer.hash}`;
}
