import { readFileSync } from "node:fs";
import type { Airport } from "../../../examples/event-pipeline/airports.ts";
import type { PreparedPass } from "../../pass.ts";
import { createAnswer } from "./answer.ts";
import { loadPeer } from "./mod.ts";
import type { PeerResult } from "./peer.ts";

/** A pass over flights. Arguments: the length of the windows in milliseconds, the file of the airports, the flights. */
export async function prepareFlightsPass(name: string, args: readonly string[]): Promise<PreparedPass> {
  const [window = "", airportsFile = "", ...files] = args;
  const run = await loadPeer(name);
  const airports = new Map(JSON.parse(readFileSync(airportsFile, "utf8")) as [string, Airport][]);
  const answer = createAnswer();
  let result: PeerResult;
  return {
    run: async () => {
      result = await run({ files, window_ms: Number(window), airports, onRow: answer.add });
    },
    told: () => {
      const { rowsIn, faults, late, pool_bytes = null } = result;
      return { rowsIn, answer: { rowsIn, ...faults, late, ...answer.end() }, pool_bytes };
    },
  };
}
