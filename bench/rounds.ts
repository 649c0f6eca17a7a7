import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Case, measure, measureIdle_bytes } from "./measure.ts";
import type { Pass } from "./pass.ts";
import type { Runtime } from "./runtimes.ts";
import { WORK_FOLDER } from "./scenarios/generated-input.ts";

/** Everything that was measured of one case, round by round. */
export interface Measured extends Case {
  readonly passes: Pass[];
}

/** The pass that others are compared with. */
interface Answered {
  readonly by: Case;
  readonly pass: Pass;
}

/** Peak memory of the empty script by runtime, round by round. */
export type Idle = ReadonlyMap<string, number[]>;

/**
 * Runs every case once and compares the answers: nothing is timed that isn't right.
 *
 * @throws Error when two cases differ.
 */
export async function checkAnswers(cases: readonly Case[], tell: (text: string) => void): Promise<void> {
  mkdirSync(WORK_FOLDER, { recursive: true });
  const output = outputPath("check");
  const reference = outputPath("reference");
  let first: Answered | undefined;
  try {
    for (const [index, each] of cases.entries()) {
      tell(`check ${index + 1}/${cases.length}: ${each.peer} on ${each.runtime.name}`);
      const pass = await measure(each, output, each.scenario.difference && ["--answer"]);
      if (first === undefined) {
        first = { by: each, pass };
        if (each.scenario.difference !== undefined) renameSync(output, reference);
        continue;
      }
      const differs = each.scenario.difference?.({ pass: first.pass, output: reference }, { pass, output });
      if (differs !== undefined) throw otherAnswer(each, first, differs);
      assertSame(each, pass, first);
    }
  } finally {
    for (const path of [output, reference]) rmSync(path, { force: true });
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
  const expected = new Map<number, Answered>();
  for (let round = 0; round < rounds; round++) {
    for (const runtime of runtimes) idle.get(runtime.name)?.push(await measureIdle_bytes(runtime));
    for (let turn = 0; turn < cases.length; turn++) {
      const each = cases[(turn + round) % cases.length]!;
      const { copies } = each.input;
      const at = `round ${round + 1}/${rounds}, ${turn + 1}/${cases.length}`;
      const what = `${at}: ${each.peer} on ${each.runtime.name}${copies === 1 ? "" : ` over ${copies} copies`}`;
      tell(`${what} …`);
      const pass = await measureOnce(each);
      const first = expected.get(copies) ?? { by: each, pass };
      expected.set(copies, first);
      assertSame(each, pass, first);
      each.passes.push(pass);
      tell(`${what} ${Math.round(pass.rowsIn / pass.elapsed_ms)} k records/s`);
    }
  }
  return idle;
}

/** One pass, whose output is removed. */
async function measureOnce(each: Case): Promise<Pass> {
  const output = outputPath("output");
  try {
    return await measure(each, output);
  } finally {
    rmSync(output, { force: true });
  }
}

function outputPath(name: string): string {
  return join(WORK_FOLDER, `${name}-${process.pid}.ndjson`);
}

/** Compares what both passes tell; a peer may leave something out. */
function assertSame(each: Case, { answer }: Pass, first: Answered): void {
  for (const [name, value] of Object.entries(answer)) {
    const expected = first.pass.answer[name];
    if (expected !== undefined && expected !== value)
      throw otherAnswer(each, first, `${name} is ${value} instead of ${expected}`);
  }
}

function otherAnswer({ peer, runtime }: Case, { by }: Answered, differs: string): Error {
  return new Error(
    `${peer} on ${runtime.name} gives another answer than ${by.peer} on ${by.runtime.name}: ${differs}`,
  );
}
