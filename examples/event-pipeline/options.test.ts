import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "millrace/terminal";
import { HELP, parseOptions, parseWindow } from "./options.ts";

test("parseOptions: defaults", () => {
  assert.deepEqual(parseOptions([]), {
    files: [],
    window_ms: 3_600_000,
    limit: undefined,
    database: "out.db",
    rejects: "rejects.ndjson",
    report: undefined,
    dirty: undefined,
  });
});

test("parseOptions: everything, in any order", () => {
  const line = "a.ndjson --window=15m --limit 10 - --database d.db --rejects r --report p.json --dirty 0";
  assert.deepEqual(parseOptions(line.split(" ")), {
    files: ["a.ndjson", "-"],
    window_ms: 900_000,
    limit: 10,
    database: "d.db",
    rejects: "r",
    report: "p.json",
    dirty: 0,
  });
  for (const help of ["-h", "--help"]) assert.equal(parseOptions(["a", help]), undefined);
});

test("parseWindow: a number and a unit", () => {
  for (const [text, window_ms] of [
    ["1s", 1000],
    ["7m", 420_000],
    ["1h", 3_600_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
    ["999999d", 86_399_913_600_000],
  ] as const) {
    assert.equal(parseWindow(text), window_ms, text);
  }
  for (const text of [
    "",
    "0h",
    "1",
    "h",
    "-1h",
    "1.5h",
    "1 h",
    "1w",
    "1H",
    "1h1m",
    "1e3s",
    "9999999d",
    "٣h",
  ]) {
    assert.throws(() => parseWindow(text), UsageError, text);
  }
});

test("parseOptions: refuses what cannot be", () => {
  for (const [option, least] of [
    ["limit", 1],
    ["dirty", 0],
  ] as const) {
    for (const value of [`${least - 1}`, "", "x", "1.5", "0x10", "1e3", "9007199254740993"]) {
      const words = {
        name: "UsageError",
        message: `--${option} must be a whole number from ${least}, got "${value}"`,
      };
      assert.throws(() => parseOptions([`--${option}=${value}`]), words);
    }
  }
  assert.throws(() => parseOptions(["--nope"]), { code: "ERR_PARSE_ARGS_UNKNOWN_OPTION" });
  assert.throws(() => parseOptions(["--limit"]), { code: "ERR_PARSE_ARGS_INVALID_OPTION_VALUE" });
});

test("parseOptions: every output is a file of its own", () => {
  for (const [line, message] of [
    ["a.ndjson --rejects ./a.ndjson", '--rejects must be a file of its own, "./a.ndjson" is an input'],
    ["a b --database b", '--database must be a file of its own, "b" is an input'],
    ["--database x --rejects x", '--rejects must be a file of its own, "x" is that of --database'],
    [
      "--report sub/../rejects.ndjson",
      '--report must be a file of its own, "sub/../rejects.ndjson" is that of --rejects',
    ],
  ] as const) {
    assert.throws(() => parseOptions(line.split(" ")), { name: "UsageError", message });
  }
});

test("HELP names every option", () => {
  for (const name of ["window", "limit", "database", "rejects", "report", "dirty", "help"]) {
    assert.match(HELP, new RegExp(`^ {2}--${name}\\b`, "m"));
  }
});
