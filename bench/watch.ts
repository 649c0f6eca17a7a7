/** What happened to the input and the output of a pass, and when: milliseconds and bytes so far, in turn. */
export interface Trace {
  readonly reads: readonly number[];
  readonly writes: readonly number[];
}

/** What a peer tells while it runs: twice a block, so that watching costs nothing. */
export interface Watch {
  /** So many more bytes of the input have been read. */
  readonly read: (count: number) => void;
  /** So many more bytes have been handed to the output file. */
  readonly wrote: (count: number) => void;
  readonly trace: Trace;
}

/** Makes a watch that begins now. Times are `performance.now()`'s. */
export function createWatch(): Watch {
  const reads: number[] = [];
  const writes: number[] = [];
  let read_bytes = 0;
  let written_bytes = 0;
  return {
    read: (count) => {
      read_bytes += count;
      reads.push(performance.now(), read_bytes);
    },
    wrote: (count) => {
      written_bytes += count;
      writes.push(performance.now(), written_bytes);
    },
    trace: { reads, writes },
  };
}
