import assert from "node:assert/strict";
import { test } from "node:test";
import { HELP, parseOptions } from "./options.ts";

test("options: everything has a default, that of the scenario", () => {
  const { scenario, ...others } = parseOptions([])!;
  assert.equal(scenario.name, "events");
  assert.deepEqual(others, {
    settings: {},
    runtimes: ["node", "deno", "bun"],
    peers: scenario.peers,
    rounds: 5,
    records: 1_000_000,
    checkRecords: 50_000,
    repeat: 0,
    warm: false,
    json: false,
    html: "data/bench/report.html",
    compare: undefined,
  });
  const flights = parseOptions(["--scenario", "flights"]);
  assert.deepEqual(flights?.peers, ["millrace", "web-streams", "json-parse-loop"]);
  assert.deepEqual(flights?.settings, { windowMs: 3_600_000 });
  assert.deepEqual([flights?.records, flights?.checkRecords, flights?.repeat], [undefined, 300_000, 3]);
});

test("options: the peers have the names that reports are searched for", () => {
  const names =
    "millrace millrace-closures web-streams async-generators node-streams rxjs effect json-parse-loop " +
    "rust-serde rust-serde-2t rust-naive rust-sonic rust-native";
  for (const scenario of ["events", "letters"])
    assert.deepEqual(parseOptions(["--scenario", scenario])?.peers, names.split(" "));
});

test("options: what is given counts, names only once", () => {
  const given = parseOptions(
    "--scenario flights --runtimes bun,node,bun --peers millrace --records 1000 --window 15m --json".split(
      " ",
    ),
  );
  assert.deepEqual(given?.runtimes, ["bun", "node"]);
  assert.deepEqual(given?.peers, ["millrace"]);
  assert.deepEqual([given?.records, given?.settings, given?.json], [1000, { windowMs: 900_000 }, true]);
  assert.equal(parseOptions(["--html", ""])?.html, undefined);
  assert.deepEqual(parseOptions(["--compare", "4bad103", "90b7"])?.compare, ["4bad103", "90b7"]);
});

test("options: help names every option", () => {
  assert.equal(parseOptions(["--help"]), undefined);
  for (const name of [
    "scenario",
    "runtimes",
    "peers",
    "rounds",
    "records",
    "check-records",
    "window",
    "repeat",
    "json",
    "html",
    "compare",
  ]) {
    assert.match(HELP, new RegExp(`^  --${name} `, "m"));
  }
});

test("options: a value that cannot be is named, with the rule", () => {
  const refused = (args: string, message: RegExp) =>
    assert.throws(() => parseOptions(args.split(" ")), { name: "UsageError", message });
  refused("--scenario fights", /^--scenario must be one of events, letters, flights, got "fights"$/);
  refused("--window 5m", /^--window is for the scenario flights only$/);
  refused("--compare 4bad103", /^--compare must be given two commits, got 4bad103$/);
  refused("--scenario flights --peers rxjs", /got "rxjs"$/);
  refused("--runtimes node,dino", /^--runtimes must be some of node, deno, bun, got "dino"$/);
  refused("--peers flink", /^--peers must be some of .*, got "flink"$/);
  refused("--rounds 0", /^--rounds must be a whole number from 1, got "0"$/);
  refused("--records 1e6", /got "1e6"$/);
  refused("--repeat -1".replace(" ", "="), /^--repeat must be a whole number from 0, got "-1"$/);
  refused("--scenario flights --window 5", /^--window must be/);
  assert.throws(() => parseOptions(["--speed"]), /Unknown option/);
  refused("fast", /^No option takes "fast"$/);
});
