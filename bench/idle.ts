// What a runtime takes to run an empty script of ours: the floor under every peer's peak.
import { peakRss_bytes } from "../adapters/terminal/peak-rss.ts";

console.log(JSON.stringify({ peakRss_bytes: peakRss_bytes() }));
