import type { TopLevelSpec } from "vega-lite";
import { LOOK } from "./html-charts.ts";
import type { MemoryResult } from "./memory.ts";

const MIB = 2 ** 20;

/** Resident memory over the records that were read, a line for each runtime, from zero. */
export function memoryChart(results: readonly MemoryResult[]): TopLevelSpec {
  const values = results.flatMap(({ runtime, records, samples }) => {
    const total = samples.at(-2) ?? 1;
    return Array.from({ length: samples.length / 2 }, (_, i) => ({
      runtime,
      millions: ((samples[2 * i] as number) / total) * (records / 1e6),
      mib: (samples[2 * i + 1] as number) / MIB,
    }));
  });
  return {
    background: "transparent",
    data: { values },
    width: 720,
    height: 280,
    mark: { type: "line", strokeWidth: 1.5 },
    encoding: {
      x: { field: "millions", type: "quantitative", title: "million records read" },
      y: { field: "mib", type: "quantitative", title: "MiB resident", scale: { zero: true } },
      color: { field: "runtime", type: "nominal", title: null },
    },
    config: LOOK,
  };
}
