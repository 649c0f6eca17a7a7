import type { Peer } from "./peer.ts";

/** Modules of the peers, each loaded only where it runs: a rival's memory must not hold ours. */
const PEERS: Readonly<Record<string, () => Promise<{ readonly run: Peer }>>> = {
  millrace: () => import("./millrace.ts"),
  "millrace-closures": () => import("./millrace-closures.ts"),
  "web-streams": () => import("./web-streams.ts"),
  "async-generators": () => import("./async-generators.ts"),
  "node-streams": () => import("./node-streams.ts"),
  rxjs: () => import("./rxjs.ts"),
  effect: () => import("./effect.ts"),
  "json-parse-loop": () => import("./json-parse-loop.ts"),
};

/** Names that `loadPeer` takes; the first is ours. */
export const PEER_NAMES: readonly string[] = Object.keys(PEERS);

/**
 * Loads one peer.
 *
 * @throws {RangeError} When there is none of that name.
 */
export async function loadPeer(name: string): Promise<Peer> {
  const load = PEERS[name];
  if (load === undefined) throw new RangeError(`Cannot run ${name}: the peers are ${PEER_NAMES.join(", ")}`);
  return (await load()).run;
}
