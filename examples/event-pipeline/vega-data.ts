import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Where a file of the npm package `vega-datasets` lies on this machine.
 *
 * The package exports its code only, so the path goes by way of its entry module.
 *
 * @param name File name inside the package's `data` folder, such as `airports.csv`.
 * @returns An absolute path of a file that exists.
 * @throws Error when the package, or the file in it, isn't installed.
 */
export function vegaDataFile(name: string): string {
  let path: string | undefined;
  try {
    path = fileURLToPath(new URL(`../data/${name}`, import.meta.resolve("vega-datasets")));
  } catch {
    // The runtimes word "not found" differently; the message below says what to do about it.
  }
  if (path === undefined || !existsSync(path)) {
    throw new Error(`Cannot read ${name}: the package vega-datasets is not installed, run npm ci`);
  }
  return path;
}
