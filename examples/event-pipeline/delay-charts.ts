import type { TopLevelSpec } from "vega-lite";

/** Mean delay of the flights of one hour of the week, one day of the week or one window. */
export interface DelayCell {
  readonly day: string;
  readonly hour: number;
  readonly start_ms: number;
  readonly flights: number;
  readonly delay: number;
}

/** Days of the week, in the order of the charts. */
export const DAYS: readonly string[] = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
];
const UNIT = "minutes";
/** A cell with less than this share of the mean cell's flights shows chance, not a pattern. */
const FEW = 0.02;

const CONFIG: NonNullable<TopLevelSpec["config"]> = {
  font: "Helvetica, Arial, DejaVu Sans, sans-serif",
  title: { anchor: "start", fontSize: 18, subtitleFontSize: 12, subtitleColor: "#555", offset: 14 },
  axis: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", titlePadding: 10 },
  legend: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" },
  view: { stroke: null },
};

function frame(
  by: string,
  subtitle: string[],
): Pick<TopLevelSpec, "background" | "padding" | "title" | "config"> {
  const title = { text: `Mean departure delay by ${by}`, subtitle };
  return { background: "white", padding: 16, title, config: CONFIG };
}

/** A heat map, seven days by 24 hours. `flights` is the number of all. */
export function hoursOfWeek(cells: readonly DelayCell[], flights: number, subtitle: string): TopLevelSpec {
  const few = Math.ceil((FEW * flights) / (7 * 24));
  const shown = cells.filter((cell) => cell.flights >= few);
  const top = Math.max(1, ...shown.map((cell) => cell.delay));
  const note = `Blank: hours with fewer than ${few.toLocaleString("en")} flights`;
  return {
    ...frame("hour of the week", [subtitle, note]),
    data: { values: shown },
    width: 24 * 34,
    height: 7 * 34,
    encoding: {
      x: {
        field: "hour",
        type: "ordinal",
        title: "hour of departure, as stated in the data",
        scale: { domain: Array.from({ length: 24 }, (_, hour) => hour) },
        axis: { labelAngle: 0, labelExpr: "pad(datum.value, 2, '0', 'left')", domain: false, ticks: false },
      },
      y: {
        field: "day",
        type: "nominal",
        title: null,
        scale: { domain: [...DAYS] },
        axis: { domain: false, ticks: false, labelPadding: 8 },
      },
    },
    layer: [
      {
        mark: { type: "rect", stroke: "white", strokeWidth: 1 },
        encoding: {
          color: {
            field: "delay",
            type: "quantitative",
            title: UNIT,
            // Square root: the few worst hours would otherwise leave one colour to all others.
            scale: { type: "sqrt", scheme: "yelloworangered", domain: [0, top], clamp: true },
            legend: { gradientLength: 7 * 34, tickCount: 6 },
          },
        },
      },
      {
        mark: { type: "text", fontSize: 11 },
        encoding: {
          text: { field: "delay", type: "quantitative", format: ".0f" },
          color: { condition: { test: `datum.delay > ${0.3 * top}`, value: "white" }, value: "#333" },
        },
      },
    ],
  };
}

/** Seven bars. */
export function daysOfWeek(cells: readonly DelayCell[], subtitle: string): TopLevelSpec {
  return {
    ...frame("day of the week", [subtitle]),
    data: { values: [...cells] },
    width: { step: 84 },
    height: 240,
    encoding: {
      x: {
        field: "day",
        type: "nominal",
        title: "day of departure, as stated in the data",
        scale: { domain: [...DAYS] },
        axis: { labelAngle: 0, ticks: false },
      },
      y: { field: "delay", type: "quantitative", title: `mean delay, ${UNIT}` },
    },
    layer: [
      { mark: { type: "bar", color: "#e6550d" } },
      {
        mark: { type: "text", dy: -8, fontSize: 12 },
        encoding: { text: { field: "delay", type: "quantitative", format: ".1f" } },
      },
    ],
  };
}

/** A line through all windows. */
export function windows(cells: readonly DelayCell[], subtitle: string): TopLevelSpec {
  return {
    ...frame("window", [subtitle]),
    data: { values: [...cells] },
    width: 700,
    height: 240,
    mark: { type: "line", point: { color: "#e6550d" }, color: "#e6550d" },
    encoding: {
      x: {
        field: "start_ms",
        type: "temporal",
        title: "start of the window, as stated in the data",
        scale: { type: "utc" },
      },
      y: { field: "delay", type: "quantitative", title: `mean delay, ${UNIT}` },
    },
  };
}
