import { assert } from "../memory/assert.ts";
import type { Position } from "./source.ts";

/**
 * The progress of one batch. It outlives the batch's arena: *release* is the arena's, *acknowledge* is when every
 * output of the batch is durable at its sinks, *commit* moves what a restart begins with.
 */
export class Token {
  readonly partitionIndex: number;
  /** Offset behind the batch's last record. */
  readonly next: number;
  #open = 1;
  readonly #acknowledged: () => void;

  constructor(partitionIndex: number, next: number, acknowledged: () => void) {
    this.partitionIndex = partitionIndex;
    this.next = next;
    this.#acknowledged = acknowledged;
  }

  /** An output of this batch is under way. */
  hold(): void {
    assert(this.#open > 0, "TOKEN-01 an acknowledged batch was held again");
    this.#open += 1;
  }

  /** An output is durable, or the pass over the batch is done. */
  settle(): void {
    assert(this.#open > 0, "TOKEN-02 a batch was acknowledged twice");
    this.#open -= 1;
    if (this.#open === 0) this.#acknowledged();
  }
}

/** Finds the contiguous acknowledged prefix of every partition, and commits it. At most one commit is under way. */
export class Acknowledgements {
  readonly #partitions: readonly string[];
  readonly #commit: (positions: readonly Position[]) => Promise<void>;
  readonly #failed: (cause: unknown) => void;
  /** By partition, the batches not yet committed in order of reading, each with whether it is acknowledged. */
  readonly #queues: { next: number; done: boolean }[][];
  /** By partition, the largest offset acknowledged. */
  readonly #reached: number[];
  readonly #dirty = new Map<number, number>();
  #under: Promise<void> | undefined;

  constructor(
    partitions: readonly string[],
    commit: (positions: readonly Position[]) => Promise<void>,
    failed: (cause: unknown) => void,
  ) {
    this.#partitions = partitions;
    this.#commit = commit;
    this.#failed = failed;
    this.#queues = partitions.map(() => []);
    this.#reached = partitions.map(() => 0);
  }

  /** Starts the token of a batch. Batches of one partition are announced in order. */
  token(partitionIndex: number, next: number): Token {
    const entry = { next, done: false };
    const queue = this.#queues[partitionIndex];
    assert(queue !== undefined, `no partition ${partitionIndex}`);
    queue.push(entry);
    return new Token(partitionIndex, next, () => {
      entry.done = true;
      let position = -1;
      while (queue[0]?.done) position = queue.shift()?.next ?? position;
      // An empty last batch moves nothing.
      if (position <= (this.#reached[partitionIndex] as number)) return;
      this.#reached[partitionIndex] = position;
      this.#dirty.set(partitionIndex, position);
      this.#under ??= this.#run();
    });
  }

  /** Resolves when nothing acknowledged is left to commit. */
  async settled(): Promise<void> {
    await this.#under;
  }

  async #run(): Promise<void> {
    try {
      // Let the batches that are acknowledged in the same turn go in one commit.
      await Promise.resolve();
      while (this.#dirty.size > 0) {
        const positions = [...this.#dirty].map(([i, offset]) => ({
          partition: this.#partitions[i] ?? "",
          offset,
        }));
        this.#dirty.clear();
        await this.#commit(positions);
      }
    } catch (cause) {
      this.#failed(cause);
    } finally {
      this.#under = undefined;
    }
  }
}
