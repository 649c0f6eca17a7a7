import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { z } from "zod";
import { collect } from "../run/collect.ts";
import type { Fault } from "../run/fault.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { run } from "../run/run.ts";
import { to } from "../run/to.ts";
import { ndjson } from "../scan/ndjson.ts";
import { memorySink, operatorLaws } from "../testing/mod.ts";
import { validate } from "./validate.ts";

const Row = type({ id: "string", n: "number", "note?": "string" });
type Row = typeof Row.infer;
const rows: Row[] = [
  { id: "a", n: 1 },
  { id: "abc", n: 2, note: "x" },
  { id: "b", n: -3 },
  { id: "", n: 4 },
  { id: "a", n: 0.5, note: "" },
];
const Narrow = type({ id: "string >= 1", n: "number >= 0" });
const isNarrow = ({ id, n }: Row) => id.length >= 1 && n >= 0;

operatorLaws(
  test,
  "validate with arktype",
  () => validate<Row, typeof Narrow>(Narrow),
  (given) => given.filter(isNarrow),
  { rows, schema: Row, faults: (given) => given.filter((row) => !isNarrow(row)).length },
);

const Zod = z.object({ id: z.string().min(1), n: z.number().nonnegative() });
operatorLaws(
  test,
  "validate with zod",
  () => validate<Row, typeof Zod>(Zod),
  (given) => given.filter(isNarrow),
  { rows, schema: Row, faults: (given) => given.filter((row) => !isNarrow(row)).length },
);

// What JSON Schema cannot say: a rule over two fields.
const Cross = Row.narrow((row) => row.id.length < row.n + 1);
operatorLaws(
  test,
  "validate with a rule of the schema's own",
  () => validate<Row, typeof Cross>(Cross),
  (given) => given.filter((row) => row.id.length < row.n + 1),
  { rows, schema: Row, faults: (given) => given.filter((row) => row.id.length >= row.n + 1).length },
);

const Made = z.object({ n: z.number().transform((n) => `#${n}`) });
operatorLaws(
  test,
  "validate that makes other values",
  () => validate<Row, typeof Made>(Made),
  (given) => given.map((row) => ({ ...row, n: `#${row.n}` })),
  { rows, schema: Row },
);

test("validate: a fault names the field, the rule and the value", async () => {
  const faults = memorySink<Fault>();
  const bytes = new TextEncoder().encode('{"id":"a","n":1}\n{"id":"b","n":-2}\n');
  const job = pipe(from([bytes], ndjson(Row)), validate(Narrow), to(memorySink()));
  await run(job, { deadLetter: to(faults) }).done;
  const [fault] = faults.rows;
  assert.deepEqual([fault?.code, fault?.operator, fault?.offset], ["invalid", "validate", 17]);
  assert.match(fault?.message ?? "", /n .*-2/);
  assert.equal(new TextDecoder().decode(fault?.bytes), '{"id":"b","n":-2}');
});

test("validate: a schema that validates asynchronously is refused or a fault, never a row", async () => {
  const slow = z.object({ n: z.number().refine(async () => true) });
  const out = await collect(pipe(from([{ n: 1 }]), validate(slow)), { deadLetter: "drop" }).catch(() => []);
  assert.deepEqual(out, []);
});
