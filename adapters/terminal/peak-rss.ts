import { readFileSync } from "node:fs";

/**
 * Most memory that this process has had resident so far, in bytes, on all three runtimes.
 *
 * On Linux it is the kernel's own mark for this program (`VmHWM`). `process.resourceUsage().maxRSS`, used elsewhere,
 * also counts what the process was before it became this program: a child of a process of 300 MB begins with 300 MB.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { peakRss_bytes } from "millrace/terminal";
 *
 * assert.ok(peakRss_bytes() > 1_000_000);
 * ```
 */
export function peakRss_bytes(): number {
  const kibibytes = highWater() ?? process.resourceUsage().maxRSS;
  return kibibytes * 1024;
}

function highWater(): number | undefined {
  try {
    const mark = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return mark === undefined ? undefined : Number(mark);
  } catch {
    // Not Linux.
    return undefined;
  }
}
