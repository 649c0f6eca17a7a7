/** Not a Web means, but Node, Deno and Bun all have it. */
const { setImmediate: immediate } = globalThis as { setImmediate?: (done: () => void) => unknown };

/**
 * Resolves in the next turn of the event loop, so that timers, signals and reads are seen while there is work without
 * end.
 *
 * A message to oneself is no turn: Node and Bun deliver up to 1,000 messages in one, each of which would come with
 * 8 ms of work, so that a timer of 0 ms was seen after 8.3 s. A timer is one everywhere, but takes 1 to 4 ms, where
 * `setImmediate` takes 1 to 3 µs.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (immediate === undefined) setTimeout(resolve, 0);
    else immediate(resolve);
  });
}
