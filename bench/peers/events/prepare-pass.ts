import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import type { PreparedPass } from "../../pass.ts";
import { canonicalAggregates } from "../../scenarios/answers.ts";
import { readRegions } from "../../scenarios/regions.ts";
import type { Watch } from "../../watch.ts";
import { loadPeer } from "./mod.ts";
import type { Aggregate, Kind, PeerResult } from "./peer.ts";

/** A pass over events. Arguments: the table of regions, the output, the input, and `--answer` for the aggregates. */
export async function prepareEvents(
  peer: string,
  args: readonly string[],
  watch: Watch,
): Promise<PreparedPass> {
  return await preparePass("events", peer, args, watch);
}

/** The same over letters. */
export async function prepareLetters(
  peer: string,
  args: readonly string[],
  watch: Watch,
): Promise<PreparedPass> {
  return await preparePass("letters", peer, args, watch);
}

async function preparePass(
  kind: Kind,
  peer: string,
  [regionsFile = "", output = "", input = "", flag]: readonly string[],
  watch: Watch,
): Promise<PreparedPass> {
  const run = await loadPeer(peer);
  const regions = readRegions(regionsFile);
  const rows: Aggregate[] = [];
  let result: PeerResult;
  return {
    run: async () => {
      result = await run({ kind, input, output, regions, watch, onRow: (row) => rows.push(row) });
    },
    discard: () => rmSync(output, { force: true }),
    told: () => {
      const { rowsIn, rejects, pool_bytes = null } = result;
      const refused = rejects.json + rejects.utf8 + rejects.schema + rejects.invalid;
      const lines = canonicalAggregates(rows);
      const hash = createHash("sha256").update(lines.join("\n")).digest("hex").slice(0, 16);
      const answer = { rowsIn, ...rejects, records: rowsIn - refused, rows: rows.length, hash };
      return { rowsIn, answer, pool_bytes, ...(flag === "--answer" && { aggregates: rows }) };
    },
  };
}
