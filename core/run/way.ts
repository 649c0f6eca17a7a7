import type { BranchWay, FullStep } from "../operator.ts";
import { ASIDE, CHUNK_rows, type Chunk } from "../row/chunk.ts";
import { wordLane } from "../row/lane.ts";
import type { Shape, ViewShape } from "../row/shape.ts";

/**
 * The short way of the rows of a chunk: past all operators at the head of a chain that have prepared it by columns, to
 * the first that needs rows, or takes many of them at once. A branch of a `fork` has one of its own.
 */
export class Way implements BranchWay {
  readonly byColumns: boolean;
  /** Operators that work by columns. */
  readonly #head: readonly Head[];
  /** The first operator that rows reach. */
  readonly #step: FullStep<unknown>;
  readonly #view: () => object;
  /** Whether rows that are dropped here go on elsewhere. */
  readonly #branch: boolean;
  /** What counts the rows that are dropped, when that is one operator. */
  readonly #only: { dropped: number } | undefined;
  /** {@link Chunk.aside} as it is behind the operators of this way. */
  readonly #marks = new Uint8Array(CHUNK_rows);
  /** Numbers of the rows that reach the step, when some were dropped on the way: else they are those that came. */
  readonly #rows: Int32Array;
  #chunk: Chunk | undefined;
  #drops = false;
  /** Rows came that had been dropped before this way. */
  #others = false;
  #many = -1;
  /** The first of `#rows` that has not gone, and the first that may not go yet. */
  #at = 0;
  #until = 0;

  constructor(head: readonly Head[], step: FullStep<unknown>, { origin, view }: ViewShape, branch: boolean) {
    this.#rows = wordLane(origin.memory.kernel, CHUNK_rows).values;
    this.byColumns = head.length > 0;
    this.#head = head;
    this.#step = step;
    this.#view = view;
    this.#branch = branch;
    const droppers = head.flatMap(({ drops }) => (drops === undefined ? [] : [drops]));
    this.#only = droppers.length === 1 ? droppers[0] : undefined;
  }

  columns(chunk: Chunk): void {
    const marks = this.#marks;
    const { aside, rows, dropped } = chunk;
    if (this.#branch) marks.set(aside);
    for (const { columns } of this.#head) columns(chunk);
    // A branch is given no row that was dropped before it.
    this.#drops = chunk.dropped !== (this.#branch ? dropped : 0);
    this.#others = !this.#branch && dropped !== 0;
    if (!this.#drops) return;
    this.#chunk = chunk;
    this.#many = -1;
    this.#at = this.#until = 0;
    if (!this.#branch) {
      marks.set(aside);
      return;
    }
    for (let row = 0; row < rows; row++) {
      const before = marks[row] as number;
      const mark = aside[row] as number;
      marks[row] = mark;
      // What is set aside is so for all.
      if (mark !== ASIDE) aside[row] = before;
    }
    chunk.dropped = dropped;
    chunk.turn += 1;
  }

  span(rows: Int32Array, from: number, to: number): number {
    const { span } = this.#step;
    if (!this.#drops) return span === undefined ? from : span(rows, from, to);
    const own = this.#rows;
    if (this.#many < 0) this.#many = this.#select(this.#chunk as Chunk);
    const many = this.#many;
    const last = rows[to - 1] as number;
    let until = this.#until;
    while (until < many && (own[until] as number) <= last) until += 1;
    this.#until = until;
    const first = this.#at;
    if (span !== undefined && first < until) this.#at = span(own, first, until);
    // Dropped rows pass up to the one that must go by itself.
    let reached = to;
    if (this.#at < until) {
      const stop = own[this.#at] as number;
      for (reached = from; reached < to && rows[reached] !== stop; ) reached += 1;
    }
    const passed = reached - from;
    const taken = this.#at - first;
    if (passed > taken) this.#count(rows, from, reached, passed - taken);
    return reached;
  }

  one(row: number): void {
    if (this.#drops) this.#at += 1;
    const step = this.#step;
    if (step.one !== undefined) step.one(row);
    else step.row(this.#view());
  }

  /** Notes the rows that go this way to its end. Not before every other branch has set rows aside. */
  #select({ aside, rows }: Chunk): number {
    const marks = this.#marks;
    const own = this.#rows;
    let many = 0;
    for (let row = 0; row < rows; row++) {
      own[many] = row;
      // One more where both are 0, with no branch: whether a row is dropped, no processor foresees.
      many += (((marks[row] as number) | (aside[row] as number)) - 1) >>> 31;
    }
    return many;
  }

  /** Counts the rows that were dropped on this way, among those that passed. */
  #count(rows: Int32Array, from: number, to: number, dropped: number): void {
    const only = this.#only;
    if (only !== undefined && !this.#others) {
      only.dropped += dropped;
      return;
    }
    const chunk = this.#chunk as Chunk;
    const marks = this.#marks;
    let last = ASIDE;
    let many = 0;
    for (let at = from; at < to; at++) {
      const mark = marks[rows[at] as number] as number;
      if (mark <= ASIDE) continue;
      if (mark !== last) {
        if (many > 0) chunk.drop(last, many);
        last = mark;
        many = 0;
      }
      many += 1;
    }
    if (many > 0) chunk.drop(last, many);
  }
}

/** An operator at the head of a chain. */
interface Head {
  readonly columns: (chunk: Chunk) => void;
  readonly drops: { dropped: number } | undefined;
}

/**
 * Finds the short way of a chain.
 *
 * @param shapes What rows look like in front of each of the steps.
 * @param branch Whether it begins at a `fork`.
 */
export function wayOf(
  steps: readonly FullStep<unknown>[],
  shapes: readonly Shape[],
  branch: boolean,
): Way | undefined {
  const head: Head[] = [];
  let at = 0;
  for (; at < steps.length; at++) {
    const { columns, span, drops } = steps[at] as FullStep<unknown>;
    if (columns === undefined) break;
    head.push({ columns, drops });
    if (span !== undefined) break;
  }
  const step = steps[at];
  const shape = shapes[at];
  if (step === undefined || shape?.kind !== "view") return undefined;
  return new Way(head, step, shape, branch);
}
