/** Turns of the event loop, so that timers, signals and reads are seen while there is work without end. */
export interface Turns extends Disposable {
  /** Resolves in the next turn. One call at a time. */
  next(): Promise<void>;
}

/**
 * Makes turns by messages to itself: the one Web means that is faster than a timer. Both ends must be closed, or Bun
 * keeps the process alive.
 */
export function createTurns(): Turns {
  const { port1, port2 } = new MessageChannel();
  let turned: (() => void) | undefined;
  port2.addEventListener("message", () => turned?.());
  port2.start();
  return {
    next: () =>
      new Promise((resolve) => {
        turned = resolve;
        port1.postMessage(0);
      }),
    [Symbol.dispose]: () => {
      port1.close();
      port2.close();
    },
  };
}
