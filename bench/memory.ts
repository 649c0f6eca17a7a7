import { readFileSync } from "node:fs";

/**
 * Largest resident memory of this process so far, in bytes.
 *
 * Linux carries `maxRSS` over a fork: a child of a parent with 400 MB says 400 MB before its first line runs, on all
 * three runtimes. `VmHWM` begins anew with the program. Elsewhere `maxRSS`, in KiB on all three, must do.
 */
export function peakRss_bytes(): number {
  let status = "";
  try {
    status = readFileSync("/proc/self/status", "utf8");
  } catch {
    // No such file outside Linux.
  }
  const high_kib = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return 1024 * (high_kib === undefined ? process.resourceUsage().maxRSS : Number(high_kib));
}
