import assert from "node:assert/strict";
import { test } from "node:test";
import { HELP, parseOptions } from "./options.ts";

test("options: everything has a default", () => {
  assert.deepEqual(parseOptions([]), {
    runtimes: ["node", "deno", "bun"],
    peers: ["millrace", "web-streams", "json-parse-loop"],
    rounds: 5,
    records: undefined,
    checkRecords: 300_000,
    window_ms: 3_600_000,
    repeat: 3,
    json: false,
  });
});

test("options: what is given counts, names only once", () => {
  const given = parseOptions(
    "--runtimes bun,node,bun --peers millrace --records 1000 --window 15m --json".split(" "),
  );
  assert.deepEqual(given?.runtimes, ["bun", "node"]);
  assert.deepEqual(given?.peers, ["millrace"]);
  assert.deepEqual([given?.records, given?.window_ms, given?.json], [1000, 900_000, true]);
});

test("options: help names every option", () => {
  assert.equal(parseOptions(["--help"]), undefined);
  for (const name of [
    "runtimes",
    "peers",
    "rounds",
    "records",
    "check-records",
    "window",
    "repeat",
    "json",
  ]) {
    assert.match(HELP, new RegExp(`^  --${name} `, "m"));
  }
});

test("options: a value that cannot be is named, with the rule", () => {
  const refused = (args: string, message: RegExp) =>
    assert.throws(() => parseOptions(args.split(" ")), { name: "UsageError", message });
  refused("--runtimes node,dino", /^--runtimes must be some of node, deno, bun, got "dino"$/);
  refused("--peers flink", /^--peers must be some of .*, got "flink"$/);
  refused("--rounds 0", /^--rounds must be a whole number from 1, got "0"$/);
  refused("--records 1e6", /got "1e6"$/);
  refused("--repeat -1".replace(" ", "="), /^--repeat must be a whole number from 0, got "-1"$/);
  refused("--window 5", /^--window must be/);
  assert.throws(() => parseOptions(["--speed"]), /Unknown option/);
  assert.throws(() => parseOptions(["fast"]), /fast/);
});
