import { PEER_NAMES } from "../peers/events/mod.ts";
import { RUST_PEERS } from "../rust-peers.ts";
import { difference } from "./difference.ts";
import { eventLines } from "./event-lines.ts";
import { generateInput, readFates } from "./generated-input.ts";
import { letterLines } from "./letter-lines.ts";
import type { LineMaker } from "./line-maker.ts";
import { REGIONS_PATH } from "./regions.ts";
import type { Goal, Scenario } from "./scenario.ts";

const SEED = 1;
const OURS = ["millrace", "millrace-closures"];

/** Events of a shop: the same names in the same order, strings that come again. See `events.md`. */
export const events: Scenario = generated("events", 2, eventLines, [
  { ours: "millrace", rival: "rust-serde", atLeast: { node: 2, deno: 1.9, bun: 2 } },
  { ours: "millrace-closures", rival: "rust-serde", atLeast: { node: 1.2, deno: 1.2, bun: 1.4 } },
  { ours: "millrace", rival: "rust-sonic", atLeast: { node: 1.6, deno: 1.5, bun: 1.6 } },
  { ours: "millrace", rival: "rust-native", atLeast: { node: 0.65, deno: 0.62, bun: 0.65 } },
  { ours: "millrace", rival: "web-streams", atLeast: { node: 18, deno: 15, bun: 12 } },
]);

/** The same stages over what our technique likes least. See `events.md`. */
export const letters: Scenario = generated("letters", 1, letterLines, [
  { ours: "millrace", rival: "rust-serde", atLeast: { node: 1, deno: 1, bun: 1 } },
]);

/** @param version Raised whenever the lines change. */
function generated(
  name: string,
  version: number,
  makeLines: (seed: number) => LineMaker,
  goals: readonly Goal[],
): Scenario {
  return {
    name,
    unit: name,
    peers: [...PEER_NAMES, ...RUST_PEERS],
    ours: OURS,
    defaults: { records: 1_000_000, checkRecords: 50_000, repeat: 0 },
    extra: {},
    settings: () => ({}),
    prepare: async ({ records = 1_000_000, copies }, settings, tell) => {
      const input = await generateInput({
        name,
        version,
        seed: SEED,
        records: records * copies,
        makeLines,
        tell,
      });
      const { path } = input;
      const args = (output: string): string[] => [REGIONS_PATH, output, path];
      return { files: [path], copies, settings, args, fates: readFates(input) };
    },
    difference,
    goals,
  };
}
