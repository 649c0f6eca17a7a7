import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Pass } from "../pass.ts";
import type { Aggregate } from "../peers/events/peer.ts";
import { difference } from "./difference.ts";
import type { Outcome } from "./scenario.ts";

const root = mkdtempSync(join(tmpdir(), "bench-"));
after(() => rmSync(root, { recursive: true }));
const ROW: Aggregate = { start: 0, type: "a", region: "eu", count: 2, sum: 0.3, max: 0.2, users: 1 };
let files = 0;

function outcome(text: string, ...aggregates: Aggregate[]): Outcome {
  const output = join(root, `output-${files++}`);
  writeFileSync(output, text);
  return { pass: { aggregates } as unknown as Pass, output };
}

test("difference: none in the order of names, of rows, or below a cent", () => {
  const other = { ...ROW, type: "b" };
  const first = outcome('{"a":1,"b":{"c":[1.0,"é"]}}\n{"__proto__":3}\n', ROW, other);
  const second = outcome(
    '{"b":{"c":[1,"\\u00e9"]},"a":1.00}\n{"__proto__":3}\n',
    { ...other, sum: 0.1 + 0.2 },
    ROW,
  );
  assert.equal(difference(first, second), undefined);
});

test("difference: the first record or aggregate is told", () => {
  const first = outcome('{"a":1}\n{"a":2}\n{"a":3}\n', ROW);
  const told = (text: string, row = ROW) => difference(first, outcome(text, row));
  assert.equal(told('{"a":1}\n{"a":"2"}\n{"a":4}\n'), 'record 2 is {"a":"2"} instead of {"a":2}');
  assert.equal(told('{"a":1}\n{"a":2}\n'), 'record 3 is  instead of {"a":3}');
  assert.equal(told('{"a":1}\n{"a":2}\n{"a":3}\n{"a":4}\n'), 'record 4 is {"a":4} instead of ');
  assert.match(
    told("", { ...ROW, users: 2 }) ?? "",
    /^aggregate 1 is \{.*"users":2\} instead of \{.*"users":1\}$/,
  );
  assert.match(difference(first, outcome("")) ?? "", /^aggregate 1 is missing instead of/);
});
