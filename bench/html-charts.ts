import type { TopLevelSpec } from "vega-lite";
import type { Result } from "./results.ts";

/** Who wrote what a bar shows; the colour of the bar. */
const FAMILIES = { ours: "#1f6f8b", javascript: "#9aa5ab", rust: "#d98e3f" } as const;
type Family = keyof typeof FAMILIES;

/** One peer on one runtime, as the plots show it. */
export interface Bar {
  readonly label: string;
  readonly family: Family;
  readonly thousands: number;
  readonly least: number;
  readonly most: number;
  readonly times: number | undefined;
  readonly peak_mib: number;
  readonly idle_mib: number | undefined;
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
}

const MIB = 2 ** 20;
/** How all charts look. */
export const LOOK = {
  font: "Helvetica, Arial, DejaVu Sans, sans-serif",
  axis: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", gridColor: "#eee" },
  view: { stroke: null },
} as const;
const ROW_px = 17;
const WIDTH_px = 620;

/** A plot and what it says. */
export interface Chart {
  readonly title: string;
  readonly spec: TopLevelSpec;
}

/** Makes bars of results, the fastest first. @param yardstick Records per second that `times` counts. */
export function barsOf(
  results: readonly Result[],
  ours: readonly string[],
  yardstick: number | undefined,
): Bar[] {
  const bars = results.map((result): Bar => {
    const { peer, runtime, recordsPerSecond: speed, peakRssBytes, idleRssBytes, latencyMs } = result;
    return {
      label: runtime === "rust" ? peer : `${peer} · ${runtime}`,
      family: ours.includes(peer) ? "ours" : runtime === "rust" ? "rust" : "javascript",
      thousands: speed.median / 1000,
      least: speed.least / 1000,
      most: speed.most / 1000,
      times: yardstick === undefined ? undefined : speed.median / yardstick,
      peak_mib: peakRssBytes.median / MIB,
      idle_mib: idleRssBytes && idleRssBytes.median / MIB,
      p50: latencyMs?.p50.median,
      p95: latencyMs?.p95.median,
      p99: latencyMs?.p99.median,
    };
  });
  return bars.sort((a, b) => b.thousands - a.thousands);
}

/** The plots of a page; those of which nothing is known are left out. */
export function chartsOf(bars: readonly Bar[]): Chart[] {
  const charts: Chart[] = [{ title: "Throughput", spec: throughput(bars) }];
  if (bars.some(({ times }) => times !== undefined))
    charts.push({ title: "Throughput, the published Rust being 1", spec: ratios(bars) });
  charts.push({ title: "Memory", spec: memory(bars) });
  if (bars.some(({ p50 }) => p50 !== undefined))
    charts.push({ title: "Latency of a batch", spec: latency(bars) });
  return charts;
}

function throughput(bars: readonly Bar[]): TopLevelSpec {
  const x = { field: "thousands", type: "quantitative", title: "thousand records a second" } as const;
  return chart(bars, [
    { mark: { type: "bar", height: 11 }, encoding: { x, color: COLOUR } },
    {
      mark: { type: "rule", color: "#333" },
      encoding: { x: { field: "least", type: "quantitative" }, x2: { field: "most" } },
    },
    numbers("most", "thousands", ",.0f"),
  ]);
}

function ratios(bars: readonly Bar[]): TopLevelSpec {
  const x = {
    field: "times",
    type: "quantitative",
    title: "times the throughput of rust-serde",
    scale: { type: "log" },
    axis: { tickCount: 6, format: "~g" },
  } as const;
  return chart(bars, [
    { mark: { type: "circle", size: 70, opacity: 1 }, encoding: { x, color: COLOUR } },
    numbers("times", "times", ".2f"),
    // One line from top to bottom: y stands for a row, so it is given as a place.
    {
      mark: { type: "rule", color: "#333" },
      encoding: { x: { datum: 1, type: "quantitative" }, y: { value: 0 }, y2: { value: "height" } },
    },
  ]);
}

function memory(bars: readonly Bar[]): TopLevelSpec {
  const x = {
    field: "peak_mib",
    type: "quantitative",
    title: "MiB at most; the mark is the idle runtime",
  } as const;
  return chart(bars, [
    { mark: { type: "bar", height: 11 }, encoding: { x, color: COLOUR } },
    {
      transform: [{ filter: "isValid(datum.idle_mib)" }],
      mark: { type: "tick", color: "#111", thickness: 2, height: 11 },
      encoding: { x: { field: "idle_mib", type: "quantitative" } },
    },
    numbers("peak_mib", "peak_mib", ",.0f"),
  ]);
}

function latency(bars: readonly Bar[]): TopLevelSpec {
  const scale = { type: "log" } as const;
  const axis = { tickCount: 6, format: "~g" } as const;
  const title = "milliseconds from a block being read to its output being in the file: p50, p95, p99";
  const known = bars.filter(({ p50 }) => p50 !== undefined);
  return chart(known, [
    {
      mark: { type: "rule", strokeWidth: 3, opacity: 0.5 },
      encoding: {
        x: { field: "p50", type: "quantitative", scale, axis, title },
        x2: { field: "p99" },
        color: COLOUR,
      },
    },
    ...(["p50", "p95", "p99"] as const).map((field) => ({
      mark: { type: "circle", size: field === "p50" ? 70 : 30, opacity: 1 } as const,
      encoding: { x: { field, type: "quantitative", scale } as const, color: COLOUR },
    })),
    numbers("p99", "p99", ".1f"),
  ]);
}

const COLOUR = {
  field: "family",
  type: "nominal",
  scale: { domain: Object.keys(FAMILIES), range: Object.values(FAMILIES) },
  legend: null,
} as const;

type Layers = Extract<TopLevelSpec, { layer: unknown }>["layer"];

function chart(bars: readonly Bar[], layer: Layers): TopLevelSpec {
  return {
    background: "transparent",
    data: { values: [...bars] },
    width: WIDTH_px,
    height: bars.length * ROW_px,
    encoding: {
      y: {
        field: "label",
        type: "nominal",
        title: null,
        sort: bars.map(({ label }) => label),
        axis: { domain: false, ticks: false, labelPadding: 6, labelLimit: 240 },
      },
    },
    layer,
    config: LOOK,
  };
}

/** The figure itself, behind the end of a bar. */
function numbers(at: string, text: string, format: string): Layers[number] {
  return {
    mark: { type: "text", align: "left", dx: 6, fontSize: 11, color: "#333" },
    encoding: { x: { field: at, type: "quantitative" }, text: { field: text, type: "quantitative", format } },
  };
}

/** Names and colours of the families, for the page's own legend. */
export const LEGEND: readonly (readonly [name: string, colour: string])[] = [
  ["Millrace", FAMILIES.ours],
  ["other JavaScript", FAMILIES.javascript],
  ["Rust", FAMILIES.rust],
];
