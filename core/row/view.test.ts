import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { type } from "arktype";
import { ndjson } from "../scan/ndjson.ts";
import { column, field } from "./column.ts";
import { drive } from "./drive-rows.ts";
import { instant } from "./instant.ts";
import { ANY_KIND, Kind, layoutOf, openLayout } from "./layout.ts";
import { own } from "./own.ts";
import { createCursor, fieldAt, type ViewShape } from "./shape.ts";
import { Slot } from "./slot.ts";
import { decodeView, extendView } from "./view.ts";

const Event = type({
  id: "string",
  n: "number",
  ok: "boolean | null",
  "note?": "string",
  ctx: { ip: "string", "deep?": { x: "number | string" } },
  "tags?": "string[]",
  "any?": "unknown",
});

const LINES = [
  {
    id: "a",
    n: 1.5,
    ok: true,
    note: 'x\n"y"\u2028é😀',
    ctx: { ip: "::1", deep: { x: 2 } },
    tags: ["q", "r"],
    any: { z: [1] },
  },
  { id: "é".repeat(40), n: -0, ok: null, note: "", ctx: { ip: "", deep: { x: "two" } }, tags: [], any: null },
  {
    id: "",
    n: 1e300,
    ok: false,
    note: "n",
    ctx: { ip: "\u0000", deep: { x: 5 } },
    tags: ["\ud800"],
    any: false,
  },
];
const TEXT = LINES.map((line) => `${JSON.stringify(line).replace('"n":0', '"n":-0')}\n`).join("");

function viewShape(verify = false) {
  const driven = drive(ndjson(Event), TEXT, verify);
  return { ...driven, shape: driven.decoder.shape as ViewShape };
}

describe("views", () => {
  for (const verify of [false, true]) {
    describe(verify ? "under verify" : "as they are", () => {
      it("equal plain rows, to every way of looking at them", () => {
        const { rows } = viewShape(verify);
        let i = 0;
        for (const { row } of rows()) {
          const plain = LINES[i++];
          assert.deepEqual(row, plain);
          assert.deepEqual({ ...(row as object) }, plain);
          assert.deepEqual(Object.keys(row as object).sort(), Object.keys(plain!).sort());
          assert.deepEqual(Object.entries(row as object).length, Object.keys(plain!).length);
          assert.deepEqual(JSON.parse(JSON.stringify(row)), JSON.parse(JSON.stringify(plain)));
          assert.deepEqual(own(row), plain);
          assert.equal(Object.getPrototypeOf(row), Object.prototype);
          assert.ok("id" in (row as object) && !("nope" in (row as object)));
          assert.equal(inspect(row), inspect(own(row)));
        }
        assert.equal(i, LINES.length);
      });

      it("are copied out whole: what is owned stays", () => {
        const again: unknown[] = [];
        for (const { row } of viewShape(verify).rows()) again.push(own(row));
        assert.deepEqual(again, LINES);
      });

      it("cannot be written to", () => {
        for (const { row } of viewShape(verify).rows()) {
          const view = row as { id: string; ctx: { ip: string }; extra?: number };
          assert.throws(() => {
            view.id = "other";
          }, TypeError);
          assert.throws(() => {
            view.ctx.ip = "other";
          }, TypeError);
          assert.throws(() => {
            view.extra = 1;
          }, TypeError);
          assert.throws(() => {
            delete (view as { id?: string }).id;
          }, TypeError);
        }
      });
    });
  }

  it("read missing fields as undefined; own leaves them out", () => {
    const { rows } = drive(ndjson(Event), '{"id":"a","n":1,"ok":null,"ctx":{"ip":"x"}}');
    for (const { row } of rows()) {
      assert.equal((row as { note?: string }).note, undefined);
      assert.deepEqual(own(row), { id: "a", n: 1, ok: null, ctx: { ip: "x" } });
    }
  });

  it("are one object for a run, and a new one a row under verify", () => {
    const plain = [...viewShape().rows()].map(({ row }) => row);
    assert.ok(plain.every((row) => row === plain[0]));
    assert.equal(new Set([...viewShape(true).rows()].map(({ row }) => row)).size, LINES.length);
  });

  it("throw when they are kept, under verify: nested ones too", () => {
    const { rows } = viewShape(true);
    const it = rows();
    const row = it.next().value?.row as { id: string; ctx: { ip: string; deep: { x: number } } };
    const { ctx } = row;
    const { deep } = ctx;
    assert.equal(row.id, "a");
    assert.equal(deep.x, 2);
    it.next();
    const message = /the row was kept past the call that it was valid in; keep own\(row\) instead/;
    assert.throws(() => row.id, message);
    assert.throws(() => ctx.ip, message);
    assert.throws(() => deep.x, message);
    assert.throws(() => own(row), message);
    assert.throws(() => ({ ...row }), message);
  });

  it("take names like any other", () => {
    const names = [
      "__proto__",
      "constructor",
      "then",
      "toJSON",
      "hasOwnProperty",
      "",
      "a.b",
      "0",
      "valueOf",
      "é",
    ];
    const Dirty = type(
      Object.fromEntries(names.filter((n) => n !== "__proto__").map((name) => [name, "string"])) as {
        then: "string";
      },
    );
    const text = `{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(`<${name}>`)}`).join(",")}}`;
    for (const { row, refusal } of drive(ndjson(Dirty), text).rows()) {
      assert.equal(refusal, undefined);
      const plain = JSON.parse(text);
      const named = Object.fromEntries(Object.entries(plain).filter(([name]) => name !== "__proto__"));
      assert.deepEqual(own(row), named);
      assert.deepEqual(JSON.parse(JSON.stringify(row)), named);
    }
  });

  it("take __proto__ as a field", () => {
    const layout = layoutOf(new Map([["__proto__", { accepts: ANY_KIND }]]));
    const buffer = new ArrayBuffer(64);
    const memory = {
      u8: new Uint8Array(buffer),
      u32: new Uint32Array(buffer),
      f64: new Float64Array(buffer),
    };
    memory.u32[5] = Kind.true << 24;
    for (const verify of [false, true]) {
      const context = { memory, cursor: { ...createCursor(), epoch: 1 }, syntax: "json" as const, verify };
      const view = decodeView(openLayout(layout), new Map(), context).view();
      assert.deepEqual(Object.entries(view), [["__proto__", true]]);
      assert.deepEqual(Object.entries(own(view)), [["__proto__", true]]);
      assert.equal(Object.getPrototypeOf(own(view)), Object.prototype);
    }
  });

  it("give arrays and unknown objects anew at each read", () => {
    for (const { row } of drive(ndjson(Event), TEXT).rows()) {
      const view = row as { tags: string[] };
      view.tags.push("mine");
      assert.equal(view.tags.includes("mine"), false);
    }
  });

  it("own looks into plain values only as far as a view may stand there", () => {
    for (const { row } of drive(ndjson(Event), TEXT).rows()) {
      const date = new Date(0);
      const rest = { date, list: [1, { deep: [2] }] };
      const holder = { row, many: [row, { row }], rest };
      const owned = own(holder);
      assert.notEqual(owned, holder);
      assert.equal(owned.rest, rest);
      assert.deepEqual(owned.row, own(row));
      assert.deepEqual(owned.many, [own(row), { row: own(row) }]);
      assert.equal(own(rest), rest);
    }
    const ring: { self?: unknown } = {};
    ring.self = [ring, ring];
    assert.equal(own(ring), ring);
    let deep: unknown = 1;
    for (let i = 0; i < 50; i++) deep = [deep, deep];
    assert.equal(own(deep), deep);
    assert.equal(own(5), 5);
    assert.equal(own(null), null);
  });
});

describe("extendView", () => {
  it("selects, omits, renames and sets", () => {
    const { shape, rows } = viewShape();
    const selected = extendView(shape, { select: ["n", "id"] });
    const renamed = extendView(selected, {
      rename: new Map([
        ["n", "id"],
        ["id", "n"],
      ]),
    });
    const computed = new Slot(createCursor());
    const set = extendView(renamed, { set: new Map([["twice", computed.field]]) });
    const omitted = extendView(set, { omit: ["n"] });
    let i = 0;
    for (const _ of rows()) {
      const { id, n } = LINES[i++]!;
      computed.set(n * 2);
      assert.deepEqual(selected.view(), { n, id });
      assert.deepEqual(renamed.view(), { id: n, n: id });
      assert.deepEqual(set.view(), { id: n, n: id, twice: n * 2 });
      assert.deepEqual(omitted.view(), { id: n, twice: n * 2 });
      computed.set(undefined);
      assert.deepEqual(own(omitted.view()), { id: n, twice: undefined });
    }
  });

  it("keeps a natural key while its fields live", () => {
    const { shape } = viewShape();
    const keyed: ViewShape = { ...shape, key: ["ctx.ip", "id"] };
    assert.deepEqual(extendView(keyed, {}).key, ["ctx.ip", "id"]);
    assert.deepEqual(extendView(keyed, { rename: new Map([["ctx", "c"]]) }).key, ["c.ip", "id"]);
    assert.equal(extendView(keyed, { omit: ["id"] }).key, undefined);
    assert.equal(extendView(keyed, { select: ["id"] }).key, undefined);
    assert.equal(
      extendView(keyed, { set: new Map([["id", new Slot(createCursor()).field]]) }).key,
      undefined,
    );
  });
});

describe("columns", () => {
  type Row = typeof Event.infer;

  it("call the function once for each distinct string, and keep no throw", () => {
    let calls = 0;
    const text =
      '{"id":"a","n":1,"ok":null,"ctx":{"ip":"x"}}\n{"id":"b","n":1,"ok":null,"ctx":{"ip":"bad"}}\n'.repeat(
        50,
      );
    const { rows, decoder } = drive(ndjson(Event), text);
    const upper = column<Row, "ctx.ip", string | undefined>("ctx.ip", (ip) => {
      calls++;
      if (ip === "bad") throw new Error("no");
      return ip === "x" ? undefined : ip;
    });
    const bound = upper.bind(decoder.shape as ViewShape);
    let thrown = 0;
    for (const { row } of rows()) {
      try {
        bound.compute?.();
        assert.equal(bound.get(), undefined);
      } catch {
        thrown++;
      }
      assert.equal((bound.code?.() ?? 0) > 0, true);
      if ((row as Row).ctx.ip === "x") assert.equal(upper.value(own(row) as Row), undefined);
    }
    assert.equal(thrown, 50);
    // Once for "x", at each of the 50 "bad"; and 50 times by value.
    assert.equal(calls, 1 + 50 + 50);
  });

  it("carry the code on: a column of a column is kept by the same one", () => {
    const { rows, decoder } = drive(
      ndjson(Event),
      '{"id":"a","n":1,"ok":null,"ctx":{"ip":"x"}}\n'.repeat(20),
    );
    const shape = decoder.shape as ViewShape;
    const first = column<Row, "id", string>("id", (id) => `${id}!`).bind(shape);
    const behind = extendView(shape, { set: new Map([["loud", first]]) });
    let calls = 0;
    const second = column<Row & { loud: string }, "loud", number>("loud", (loud) => {
      calls++;
      return loud.length;
    }).bind(behind);
    for (const _ of rows()) {
      first.compute?.();
      second.compute?.();
      assert.equal(second.get(), 2);
    }
    assert.equal(calls, 1);
  });

  it("instant reads the bytes of a view as it reads a plain row", () => {
    const Dated = type({ "at?": "string | null" });
    const texts = [
      '"2001-01-01T00:01:00.000Z"',
      '"2001-01-01"',
      '"2001-01-01T00:00+01:00"',
      '"\\u0032001-01-01"',
      "null",
      '"noon"',
      '"é"',
      '"2001-01-01T00:00"',
    ];
    const { rows, decoder } = drive(
      ndjson(Dated),
      [...texts.map((text) => `{"at":${text}}`), "{}"].join("\n"),
    );
    const at = instant<typeof Dated.infer, "at">("at");
    const bound = at.bind(decoder.shape as ViewShape);
    const attempt = (read: () => unknown) => {
      try {
        return read();
      } catch (cause) {
        return (cause as Error).message;
      }
    };
    const seen = [];
    for (const { row } of rows()) {
      const answer = attempt(() => {
        bound.compute?.();
        return bound.get();
      });
      assert.equal(
        answer,
        attempt(() => at.value(own(row) as typeof Dated.infer)),
      );
      seen.push(answer);
    }
    assert.deepEqual(seen.slice(0, 5), [978307260000, 978307200000, 978303600000, 978307200000, undefined]);
    assert.match(String(seen[5]), /^at must be a date and time .*\(was "noon"\)$/);
    assert.equal(seen[8], undefined);
  });

  it("field keeps the cell; paths work on views, in unnamed values, on plain rows", () => {
    const { rows, shape } = viewShape();
    const lifted = field<Row, "ctx.ip">("ctx.ip");
    const bound = lifted.bind(shape);
    assert.equal(bound.cell, fieldAt(shape.fields, "ctx.ip")?.cell);
    const raw = field<{ any: { z: number[] } }, "any.z">("any.z").bind(shape);
    let i = 0;
    for (const { row } of rows()) {
      const plain = LINES[i++]!;
      assert.equal(bound.get(), plain.ctx.ip);
      assert.equal(lifted.value(row as Row), plain.ctx.ip);
      assert.deepEqual(raw.get(), (plain.any as { z?: unknown } | null)?.z);
    }
    assert.equal(
      field<{ window: { start: number } }, "window.start">("window.start").value({ window: { start: 7 } }),
      7,
    );
  });
});
