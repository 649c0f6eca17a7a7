// What a runtime takes to run an empty script of ours: the floor under every peer's peak.
import { peakRss_bytes } from "./memory.ts";

console.log(JSON.stringify({ peakRss_bytes: peakRss_bytes() }));
