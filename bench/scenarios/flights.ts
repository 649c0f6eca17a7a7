import { parseWindow } from "../../examples/event-pipeline/options.ts";
import { PEER_NAMES } from "../peers/flights/mod.ts";
import { prepareAirports, prepareInput } from "./flights-input.ts";
import type { Scenario } from "./scenario.ts";

/** The job of `examples/event-pipeline` over real flights, in six partitions. Nothing is written. */
export const flights: Scenario = {
  name: "flights",
  unit: "flights",
  peers: PEER_NAMES,
  ours: ["millrace"],
  defaults: { records: undefined, checkRecords: 300_000, repeat: 3 },
  extra: { window: { default: "1h", help: "length of the windows: a number and s, m, h or d" } },
  settings: ({ window = "" }) => ({ windowMs: parseWindow(window) }),
  prepare: async ({ records, copies }, settings) => {
    const airports = await prepareAirports();
    const files = await prepareInput({ records, copies });
    return { files, copies, settings, args: () => [String(settings.windowMs), airports, ...files] };
  },
  goals: [
    { ours: "millrace", rival: "web-streams", atLeast: { node: 6, deno: 6, bun: 6 } },
    { ours: "millrace", rival: "json-parse-loop", atLeast: { node: 2.5, deno: 2.5, bun: 2.5 } },
  ],
};
