import { createLineCutter, type LineCutter } from "../lines.ts";
import type { Counts } from "./stages.ts";

/** Makes what cuts blocks into lines; lines that are refused before they are parsed are counted. */
export function createLineStage(counts: Counts, onLine: (line: string) => void): LineCutter {
  return createLineCutter({
    onLine,
    onFault: (fault) => {
      counts.rowsIn++;
      // No scenario has lines of a mebibyte.
      counts[fault === "utf8" ? "utf8" : "json"]++;
    },
  });
}
