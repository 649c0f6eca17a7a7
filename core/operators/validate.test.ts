import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { type } from "arktype";
import { z } from "zod";
import type { Stream } from "../operator.ts";
import { column, field } from "../row/column.ts";
import type { Schema } from "../row/standard-schema.ts";
import { collect } from "../run/collect.ts";
import type { Fault } from "../run/fault.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { run } from "../run/run.ts";
import { to } from "../run/to.ts";
import { ndjson } from "../scan/ndjson.ts";
import { memorySink, operatorLaws } from "../testing/mod.ts";
import { derive } from "./derive.ts";
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

describe("validate on scanned rows", () => {
  const encoder = new TextEncoder();
  for (const kernel of ["wasm", "javascript"] as const) {
    const kept = async <Row>(rows: Stream<Row>): Promise<Row[]> =>
      await collect(rows, { deadLetter: "drop", kernel });
    const read = <S extends Schema>(lines: readonly unknown[], schema: S) =>
      from([encoder.encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(""))], ndjson(schema));

    it(`looks into objects whose members the format leaves more open, ${kernel}`, async () => {
      const lines = [{ u: { name: "a", age: 1 } }, { u: { name: "b" } }];
      const rows = read(lines, type({ u: { name: "string", "age?": "number" } }));
      assert.deepEqual(await kept(pipe(rows, validate(type({ u: { name: "string", age: "number" } })))), [
        lines[0],
      ]);
      for (const [open, other] of [
        ["string | null", null],
        ["string | number", 7],
      ] as const) {
        const roles = [{ u: { role: "x" } }, { u: { role: other } }];
        const open_ = read(roles, type({ u: { role: open } }));
        assert.deepEqual(await kept(pipe(open_, validate(type({ u: { role: "string" } })))), [roles[0]]);
      }
    });

    it(`knows that what was lifted out of an object may be missing with it, ${kernel}`, async () => {
      const lines = [{ a: { b: "s", o: { x: "q" } } }, {}];
      const rows = read(lines, type({ "a?": { b: "string", o: { x: "string" } } }));
      const lifted = pipe(rows, derive({ b: field("a.b"), o: field("a.o") }));
      assert.equal((await kept(pipe(lifted, validate(type({ b: "string" }))))).length, 1);
      assert.equal((await kept(pipe(lifted, validate(type({ o: { "x?": "string >= 1" } }))))).length, 1);
    });

    it(`tests objects of several sorts as wholes, ${kernel}`, async () => {
      const lines = [{ a: { x: "s" } }, { a: { y: 1 } }, { a: {} }, { a: { x: 1 } }];
      const sorts = type({ x: "string" }).or({ y: "number" });
      assert.deepEqual(await kept(read(lines, type({ a: sorts }))), lines.slice(0, 2));
      assert.deepEqual(await kept(read([...lines, { a: null }], type({ a: sorts.or("null") }))), [
        ...lines.slice(0, 2),
        { a: null },
      ]);
    });

    it(`takes what a column leaves undefined where it may be missing, ${kernel}`, async () => {
      const regions = new Map([["fr", "eu"]]);
      const rows = pipe(
        read([{ c: "fr" }, { c: "nz" }], type({ c: "string" })),
        derive({ region: column("c", (c) => regions.get(c)) }),
      );
      for (const schema of [
        type({ "region?": "string" }),
        type({ "region?": "string", "x?": "boolean" }),
        type({ "region?": "'eu' | 'us'" }),
      ]) {
        assert.equal((await kept(pipe(rows, validate(schema as never)))).length, 2);
      }
    });
  }
});
