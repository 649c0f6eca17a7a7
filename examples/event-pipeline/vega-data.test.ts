import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { vegaDataFile } from "./vega-data.ts";

test("vegaDataFile: a file of the package, or what to do about it", () => {
  assert.ok(existsSync(vegaDataFile("airports.csv")));
  assert.throws(() => vegaDataFile("nothing.csv"), /Cannot read nothing.csv: .* run npm ci/);
});
