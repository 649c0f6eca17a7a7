import { PerformanceObserver } from "node:perf_hooks";

/** Watches for pauses that a garbage collector makes. */
export interface GcPauses {
  /** The longest since the watch began; `null` where the runtime does not tell. */
  readonly most_ms: () => Promise<number | null>;
}

/** Begins to watch. Only Node tells: Deno knows entries of the type `gc` but has none, Bun does not know them. */
export function watchPauses(): GcPauses {
  // @types/node does not know it.
  const { supportedEntryTypes = [] } = PerformanceObserver as { supportedEntryTypes?: readonly string[] };
  if (!supportedEntryTypes.includes("gc")) return { most_ms: async () => null };
  let most_ms = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) most_ms = Math.max(most_ms, duration);
  });
  observer.observe({ entryTypes: ["gc"] });
  return {
    most_ms: async () => {
      // Entries of a loop that never waits are handed over once it does.
      await new Promise((resolve) => setTimeout(resolve, 10));
      observer.disconnect();
      return most_ms === 0 ? null : most_ms;
    },
  };
}
