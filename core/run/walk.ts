import type { Operator } from "../operator.ts";
import { partsOf } from "./input.ts";

/** Every operator of a pipeline, branches included, in the order in which rows meet them. */
function* walk(parts: readonly Operator<never, unknown>[]): Generator<Operator<never, unknown>> {
  for (const part of parts) {
    yield part;
    for (const branch of Object.values(part.about?.branches ?? {})) yield* walk(partsOf(branch));
  }
}

/** Sinks of bytes among them: each needs output arenas. */
export function countOutputs(parts: readonly Operator<never, unknown>[]): number {
  let count = 0;
  for (const { about } of walk(parts)) if (about?.encodes) count += 1;
  return count;
}

/** Whether any of them keeps something between rows. */
export function isStateful(parts: readonly Operator<never, unknown>[]): boolean {
  for (const { about } of walk(parts)) if (about?.stateful) return true;
  return false;
}
