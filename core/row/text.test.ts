import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import { type } from "arktype";
import { expectTypeOf } from "expect-type";
import type { Operator, Stream } from "../operator.ts";
import { derive } from "../operators/derive.ts";
import { filter } from "../operators/filter.ts";
import { omit } from "../operators/omit.ts";
import { collect } from "../run/collect.ts";
import type { Fault } from "../run/fault.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { run } from "../run/run.ts";
import { to } from "../run/to.ts";
import { ndjson } from "../scan/ndjson.ts";
import { memorySink, operatorLaws } from "../testing/mod.ts";
import { type Column, column } from "./column.ts";
import { text } from "./text.ts";
import type { Text, TextLength, TextPredicate } from "./text-recorder.ts";

interface Mail {
  email: string;
  alias?: string;
  nick: string | null;
  amount: number | string;
  size: number;
  user: { home?: { zip: string } };
}
type RowOf<S> = S extends Operator<never, infer Row> ? Row : never;

describe("text: types", () => {
  const mails = from<Mail>([]);
  const use = <V>(_: Column<Mail, V>, value?: V): V => value as V;

  it("of what it gives", () => {
    expectTypeOf(use(text("email", (t) => t))).toEqualTypeOf<string>();
    expectTypeOf(use(text("email", (t) => t.before("@").length))).toEqualTypeOf<number>();
    expectTypeOf(use(text("email", (t) => t.includes("@").not()))).toEqualTypeOf<boolean>();
    expectTypeOf(use(text("alias", (t) => t.trim()))).toEqualTypeOf<string | undefined>();
    expectTypeOf(use(text("nick", (t) => t.length))).toEqualTypeOf<number | undefined>();
    expectTypeOf(use(text("user.home.zip", (t) => t.equals("1")))).toEqualTypeOf<boolean | undefined>();
  });

  it("of rows, inferred in pipe", () => {
    const stream = pipe(
      mails,
      filter(text("email", (t) => t.trim().includes("@"))),
      filter(text("alias", (t) => t.startsWith("a"))),
      derive({
        e: text("email", (t) => t.toLowerCase()),
        a: text("alias", (t) => t.trim()),
        n: text("email", (t) => t.length),
        is: text("email", (t) => t.equals("x")),
      }),
      omit("amount", "alias", "nick", "user", "size"),
    );
    expectTypeOf<RowOf<typeof stream>>().toEqualTypeOf<{
      email: string;
      e: string;
      a: string | undefined;
      n: number;
      is: boolean;
    }>();
    expectTypeOf(stream).toExtend<Stream<{ e: string }>>();
  });

  it("what does not compile", () => {
    // @ts-expect-error a text is no predicate
    pipe(mails, filter(text("email", (t) => t.trim())));
    // @ts-expect-error a length is no predicate
    pipe(mails, filter(text("email", (t) => t.length)));
    // @ts-expect-error number | string is not text
    pipe(mails, derive({ a: text("amount", (t) => t.trim()) }));
    // @ts-expect-error a number is not text
    pipe(mails, derive({ a: text("size", (t) => t.trim()) }));
    // @ts-expect-error no such field
    pipe(mails, derive({ a: text("emial", (t) => t.trim()) }));
    const fails = () => {
      // @ts-expect-error a string is no recorded text
      use(text("email", () => "x"));
      // @ts-expect-error a predicate is no boolean: not() negates it
      use(text("email", (t) => !t.includes("@")));
      // @ts-expect-error a length is no number
      use(text("email", (t) => t.length > 5));
    };
    assert.throws(fails, TypeError);
  });
});

describe("text: recording", () => {
  const record = (fn: (t: Text) => unknown) => () => text<Mail, "email", Text>("email", fn as never);
  const refuses = (fn: (t: Text) => unknown, name: string, message: RegExp) =>
    assert.throws(record(fn), { name, message });
  const any = (value: unknown) => value as never;

  it("calls the function once, when text is called", async () => {
    let calls = 0;
    const made = text<Mail, "email", Text>("email", (t) => {
      calls += 1;
      return t.trim();
    });
    assert.deepEqual(made.reads, ["email"]);
    assert.equal(made.value({ email: " a " } as Mail), "a");
    assert.equal(made.value({ email: " b " } as Mail), "b");
    assert.equal(calls, 1);
  });

  it("refuses arguments of the wrong type", () => {
    refuses((t) => t.before(any(5)), "TypeError", /^text\("email"\): before must be given a string, was 5$/);
    for (const method of [
      "after",
      "replaceDigits",
      "concat",
      "startsWith",
      "endsWith",
      "includes",
      "equals",
    ]) {
      const call = (t: Text) => (t as unknown as Record<string, (s: unknown) => unknown>)[method]?.(/x/);
      refuses(call, "TypeError", new RegExp(`: ${method} must be given a string`));
    }
    refuses((t) => t.slice(any("1")), "TypeError", /slice must be given numbers, was "1"$/);
    refuses((t) => t.slice(any(undefined)), "TypeError", /slice must be given numbers, was missing$/);
    refuses((t) => t.slice(0, any(null)), "TypeError", /slice must be given numbers, was null$/);
    for (const bad of [1.5, Number.NaN, Infinity]) {
      refuses(
        (t) => t.slice(bad),
        "RangeError",
        /slice must be given whole numbers, was (1\.5|NaN|Infinity)$/,
      );
      refuses((t) => t.slice(0, bad), "RangeError", /slice must be given whole numbers/);
    }
    assert.throws(
      () =>
        text(
          any(5),
          any((t: Text) => t),
        ),
      { name: "TypeError", message: /path, was 5$/ },
    );
    assert.throws(() => text(any("a"), any(undefined)), { name: "TypeError", message: /was missing$/ });
  });

  it("has bounds: 32 operations, 1,024 characters", () => {
    const times = (many: number) => (t: Text) => {
      let chained = t;
      for (let i = 0; i < many; i++) chained = chained.concat("x");
      return chained;
    };
    assert.equal(record(times(32))().value({ email: "" } as Mail), "x".repeat(32));
    refuses(times(33), "RangeError", /at most 32 operations$/);
    refuses((t) => times(32)(t).length, "RangeError", /at most 32 operations$/);
    assert.equal(record((t) => t.concat("x".repeat(1024)))().value({ email: "" } as Mail)?.length, 1024);
    refuses((t) => t.concat("x".repeat(1025)), "RangeError", /at most 1024 characters, was 1025$/);
  });

  it("takes only what is made of its text", () => {
    const made = /must return what it makes of the text it is given, got /;
    refuses((t) => void t.trim(), "TypeError", /got undefined$/);
    refuses(() => null, "TypeError", /got null$/);
    refuses((t) => !t.includes("@"), "TypeError", /got false$/);
    refuses(async (t) => t.trim(), "TypeError", /got another object$/);
    refuses((t) => t.trim, "TypeError", /got another function$/);
    refuses(() => ({ kind: "text predicate" }), "TypeError", made);
    let other: Text | undefined;
    record((t) => {
      other = t;
      return t;
    })();
    refuses(() => other, "TypeError", made);
    refuses(() => other?.trim(), "TypeError", made);
    refuses(
      () => {
        throw new RangeError("mine");
      },
      "RangeError",
      /^mine$/,
    );
  });

  it("loses no operation: two predicates in one, a forgotten chain, a text taken for its characters", () => {
    const held = /the result must hold all operations that the function records, 2, got 1: chain them/;
    refuses((t) => t.startsWith("a") && t.endsWith("b"), "TypeError", held);
    refuses(
      (t) => {
        t.trim();
        return t.toLowerCase();
      },
      "TypeError",
      held,
    );
    const unread = /the operations are only recorded: there is no value to read yet$/;
    refuses((t) => t.concat(`${t.trim()}`), "TypeError", unread);
    refuses((t) => t.slice(0, (t.length as unknown as number) - 1), "TypeError", unread);
    refuses((t) => (t.includes("a") as unknown as number) > 0, "TypeError", unread);
  });

  it("cannot be changed afterwards", () => {
    record((t) => {
      assert.ok(Object.isFrozen(t));
      const { length } = t;
      assert.ok(Object.isFrozen(length));
      return length;
    });
    // What is kept of one call does not reach into the program.
    let kept: Text | undefined;
    const made = record((t) => {
      kept = t.trim();
      return kept;
    })();
    kept?.concat("x");
    assert.equal(made.value({ email: " a " } as Mail), "a");
  });
});

describe("text: answers", () => {
  const on = <V extends Text | TextPredicate | TextLength>(given: string, fn: (t: Text) => V): unknown =>
    text<{ s: string }, "s", V>("s", fn).value({ s: given });

  it("before and after part a text at the first match", () => {
    for (const [given, search] of [
      ["a?b?c", "?"],
      ["abc", "?"],
      ["", "?"],
      ["?", "?"],
      ["abab", "ab"],
      ["abc", ""],
      ["", ""],
    ] as const) {
      const before = on(given, (t) => t.before(search));
      const after = on(given, (t) => t.after(search));
      assert.equal(`${before}${given.includes(search) ? search : ""}${after}`, given);
    }
    assert.equal(
      on("abc", (t) => t.before("?")),
      "abc",
    );
    assert.equal(
      on("abc", (t) => t.after("?")),
      "",
    );
  });

  it("replaces runs of ASCII digits, whatever stands in their place", () => {
    assert.equal(
      on("a12b3", (t) => t.replaceDigits("#")),
      "a#b#",
    );
    assert.equal(
      on("7", (t) => t.replaceDigits("$&$1$$")),
      "$&$1$$",
    );
    assert.equal(
      on("٣½²", (t) => t.replaceDigits("#")),
      "٣½²",
    );
    assert.equal(
      on("12", (t) => t.replaceDigits("")),
      "",
    );
  });

  it("cuts by units, halves of pairs too", () => {
    assert.equal(
      on("a😀", (t) => t.slice(0, 2)),
      "a\ud83d",
    );
    assert.equal(
      on("a😀", (t) => t.slice(-1)),
      "\ude00",
    );
    assert.equal(
      on("abc", (t) => t.slice(-2, undefined)),
      "bc",
    );
    assert.equal(
      on("abc", (t) => t.slice(-0, Number.MAX_SAFE_INTEGER)),
      "abc",
    );
    assert.equal(
      on("abc", (t) => t.slice(-1e300, 1e300)),
      "abc",
    );
    assert.equal(
      on("abc", (t) => t.slice(2, 1)),
      "",
    );
    assert.equal(
      on("a😀", (t) => t.length),
      3,
    );
  });

  it("is Unicode's own", () => {
    assert.equal(
      on("ΟΔΟΣ İ", (t) => t.toLowerCase()),
      "οδος i̇",
    );
    assert.equal(
      on("ßŉı", (t) => t.toUpperCase()),
      "SSʼNI",
    );
    assert.equal(
      on("\ufeff\u00a0\u2028 x\u0085", (t) => t.trim()),
      "x\u0085",
    );
    assert.equal(
      on("é", (t) => t.equals("e\u0301")),
      false,
    );
    assert.equal(
      on("abc", (t) => t.slice(1).includes("a").not()),
      true,
    );
    assert.equal(
      on("abc", (t) => t.includes("a").not().not()),
      true,
    );
  });
});

test("text: missing and null give undefined, anything else is a fault that says where", async () => {
  const schema = type({ "s?": "string | null", "n?": "number | string", "o?": { "s?": "string" } });
  const given = [{ s: " a" }, {}, { s: null }, { n: 5 }, { n: "x" }, { o: {} }, { o: { s: "b" } }];
  const bytes = new TextEncoder().encode(given.map((row) => JSON.stringify(row)).join("\n"));
  const values = (name: string, fn: (t: Text) => unknown) => {
    // The types would refuse a field that is no string.
    const v = text<{ s: string }, "s", Text>(name as "s", fn as (t: Text) => Text) as Column<
      unknown,
      unknown
    >;
    const streams: Stream<unknown>[] = [from(given), from([bytes], ndjson(schema))];
    return Promise.all(
      streams.map(async (stream) => {
        const sink = memorySink<{ v: unknown }>();
        const faults = memorySink<Fault>();
        await run(pipe(stream, derive<unknown, { v: unknown }>({ v }), to(sink)), { deadLetter: to(faults) })
          .done;
        return { values: sink.rows.map((row) => row.v), faults: faults.rows.map(({ message }) => message) };
      }),
    );
  };
  const none = undefined;
  for (const { values: got, faults } of await values("s", (t) => t.trim())) {
    assert.deepEqual([got, faults], [["a", none, none, none, none, none, none], []]);
  }
  for (const { values: got } of await values("o.s", (t) => t.length)) {
    assert.deepEqual(got, [none, none, none, none, none, none, 1]);
  }
  for (const { values: got, faults } of await values("n", (t) => t.equals("y").not())) {
    assert.deepEqual(got, [none, none, none, true, none, none]);
    assert.equal(faults.length, 1);
    assert.match(faults[0] ?? "", /n must be a string \(was 5\)$/);
  }
  for (const { faults } of await values("o", (t) => t.trim())) {
    assert.deepEqual(faults.length, 2);
    assert.match(faults[1] ?? "", /o must be a string \(was \{"s":"b"\}\)$/);
  }
});

const Row = type({ id: "string", n: "number", "alias?": "string", at: { "zone?": "string" } });
type Row = typeof Row.infer;
const rows: Row[] = [
  { id: " Ab1 ", n: 1, alias: "x", at: {} },
  { id: "ΟΔΟΣ", n: -2, at: { zone: "Europe/Paris" } },
  { id: "line\nfeed 😀", n: 3, alias: "", at: { zone: "UTC" } },
  { id: `${"long ".repeat(20)}12`, n: 4, alias: "x", at: { zone: "Europe/Rome" } },
];

operatorLaws(
  test,
  "derive by text",
  () =>
    derive<
      Row,
      { id: string; digits: string; size: number; x: boolean | undefined; area: string | undefined }
    >({
      id: text("id", (t) => t.trim().toLowerCase()),
      digits: text("id", (t) => t.replaceDigits("#")),
      size: text("id", (t) => t.length),
      x: text("alias", (t) => t.equals("x")),
      area: text("at.zone", (t) => t.before("/")),
    }),
  (given) =>
    given.map((row) => ({
      ...row,
      id: row.id.trim().toLowerCase(),
      digits: row.id.replace(/[0-9]+/g, "#"),
      size: row.id.length,
      x: row.alias === undefined ? undefined : row.alias === "x",
      area: row.at.zone?.split("/")[0],
    })),
  { rows, schema: Row },
);

operatorLaws(
  test,
  "filter by text",
  () => filter(text<Row, "alias", TextPredicate>("alias", (t) => t.equals("x").not())),
  (given) => given.filter(({ alias }) => alias !== undefined && alias !== "x"),
  { rows, schema: Row },
);

test("text: a text of a text, of a column, and of a row function", async () => {
  const given = Array.from({ length: 300 }, (_, i) => ({ s: ` Name ${i % 7} ` }));
  const bytes = new TextEncoder().encode(given.map((row) => JSON.stringify(row)).join("\n"));
  for (const stream of [from(given), from([bytes], ndjson(type({ s: "string" })))]) {
    const out = pipe(
      stream,
      derive({
        a: text("s", (t) => t.trim()),
        b: column("s", (s) => `${s}!`),
        c: (row) => `${row.s}?`,
      }),
      filter(text("a", (t) => t.endsWith("3").not())),
      derive({
        a: text("a", (t) => t.toUpperCase()),
        b: text("b", (t) => t.before("!").trim()),
        c: text("c", (t) => t.after("Name")),
      }),
    );
    assert.deepEqual(
      await collect(out, { verify: true }),
      given
        .filter(({ s }) => !s.includes("3"))
        .map(({ s }) => ({ s, a: s.trim().toUpperCase(), b: s.trim(), c: `${s.slice(5)}?` })),
    );
  }
});

describe("text: cases", () => {
  for (const kernel of ["wasm", "javascript"] as const) {
    it(`are those of every character up to U+2FFF, ${kernel}`, async () => {
      const texts = Array.from({ length: 0x3000 - 0x80 }, (_, i) => `aB${String.fromCharCode(0x80 + i)}zZ`);
      const bytes = new TextEncoder().encode(texts.map((t) => `${JSON.stringify({ t })}\n`).join(""));
      const rows = pipe(
        from([bytes], ndjson(type({ t: "string" }))),
        derive({ lower: text("t", (t) => t.toLowerCase()), upper: text("t", (t) => t.toUpperCase()) }),
      );
      const made = await collect(rows, { kernel });
      assert.deepEqual(
        made.map(({ lower, upper }) => [lower, upper]),
        texts.map((t) => [t.toLowerCase(), t.toUpperCase()]),
      );
    });
  }
});

test("text: a long text times a long replacement is more than the kernel has room for", async () => {
  const long = "x".repeat(1_398_101);
  const record = `{"id":"${long}7","name":"ann"}\n`;
  const Row = type({ id: "string", name: "string" });
  const replacement = "…".repeat(1_024);
  const rows = await collect(
    pipe(
      from([new TextEncoder().encode(record)], ndjson(Row)),
      derive({
        id: text("id", (t) => t.replaceDigits(replacement)),
        // What the kernel keeps of this one stands behind the room of the other.
        name: text("name", (t) => t.toUpperCase()),
      }),
    ),
    { record_bytes: 2 * 1024 * 1024 },
  );
  assert.deepEqual(rows, [{ id: long + replacement, name: "ANN" }]);
});
