import type { Iterated } from "./input.ts";

/** An asynchronous iteration under way. */
export interface Reading<T = unknown> {
  readonly next: () => Promise<IteratorResult<T, unknown>>;
  /** Ends it, also in the middle of a `next`. */
  readonly cancel: (reason: unknown) => Promise<void>;
}

/**
 * Begins to iterate. A web stream is read by a reader of its own: its iterator's `return()` would wait for the read
 * under way, which may never end, while a reader's `cancel` ends it.
 */
export function beginAsync<T>(items: AsyncIterable<T> | ReadableStream<T>): Reading<T> {
  if ("getReader" in items) {
    const reader = items.getReader();
    return {
      next: async () => {
        const { done, value } = await reader.read();
        return done ? { done: true, value: undefined } : { done: false, value };
      },
      cancel: (reason) => reader.cancel(reason),
    };
  }
  const iterator = items[Symbol.asyncIterator]();
  let asking = false;
  return {
    next: async () => {
      asking = true;
      try {
        return await iterator.next();
      } finally {
        asking = false;
      }
    },
    cancel: async () => {
      const returned = iterator.return?.();
      // A generator that waits for its own source answers only after that, if ever: nobody waits for it.
      if (asking) returned?.catch(() => {});
      else await returned;
    },
  };
}

/** Whether items come asynchronously. */
export function isAsync<T>(items: Iterated<T>): items is AsyncIterable<T> {
  return Symbol.asyncIterator in items;
}
