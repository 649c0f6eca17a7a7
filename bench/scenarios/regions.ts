import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The table of regions: pairs such as `["DE", "eu-west"]`. */
export const REGIONS_PATH: string = fileURLToPath(new URL("./regions.json", import.meta.url));

/** Reads the table: region by country. */
export function readRegions(path: string = REGIONS_PATH): ReadonlyMap<string, string> {
  return new Map(JSON.parse(readFileSync(path, "utf8")) as [string, string][]);
}
