import type { Operator } from "../operator.ts";
import type { Format } from "../scan/format.ts";
import type { Source } from "./source.ts";

/** Rows or bytes that somebody else iterates. */
export type Iterated<T> = Iterable<T> | AsyncIterable<T>;

/** What stands at the head of a stream. */
export type Input =
  | { readonly kind: "bytes"; readonly source: Source; readonly format: Format<unknown> }
  | { readonly kind: "rows"; readonly name: string; readonly rows: Iterated<unknown> };

/** Kept beside the operator: an operator that needs no input has no place for it in its contract. */
const inputs = new WeakMap<Operator<never, unknown>, Input>();

/** Marks an operator as the head of a stream. */
export function setInput(head: Operator<never, unknown>, input: Input): void {
  inputs.set(head, input);
}

/** The head's input, or `undefined` for an operator that is none. */
export function inputOf(head: Operator<never, unknown> | undefined): Input | undefined {
  return head === undefined ? undefined : inputs.get(head);
}

/** An operator's parts, in order: a pipe's, or itself. */
export function partsOf(operator: Operator<never, unknown>): readonly Operator<never, unknown>[] {
  return operator.parts ?? [operator];
}
