import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { instant, parseInstant } from "./instant.ts";

const encoder = new TextEncoder();

function parse(text: string): number {
  const bytes = encoder.encode(`x${text}9`);
  return parseInstant(bytes, 1, bytes.length - 2);
}

const two = (least: number, most: number) =>
  fc.integer({ min: least, max: most }).map((n) => String(n).padStart(2, "0"));
const year = fc.oneof(
  fc.integer({ min: 0, max: 9999 }).map((n) => String(n).padStart(4, "0")),
  fc
    .integer({ min: -272_000, max: 276_000 })
    .map((n) => (n < 0 ? "-" : "+") + String(Math.abs(n)).padStart(6, "0")),
  fc.constantFrom("0000", "1900", "2000", "2001", "2004", "-000000", "+000000", "-271821", "+275760"),
);
const fraction = fc
  .array(fc.integer({ min: 0, max: 9 }), { maxLength: 9 })
  .map((digits) => `.${digits.join("")}`);
const seconds = fc.oneof(
  fc.constant(""),
  fc.tuple(two(0, 60), fc.oneof(fc.constant(""), fraction)).map(([s, f]) => `:${s}${f}`),
);
const offset = fc.oneof(
  fc.constant("Z"),
  fc.tuple(fc.constantFrom("+", "-"), two(0, 24), two(0, 60)).map(([s, h, m]) => `${s}${h}:${m}`),
);
const time = fc.oneof(
  fc.tuple(two(0, 25), two(0, 60), seconds, offset).map(([h, m, s, o]) => `T${h}:${m}${s}${o}`),
  fc
    .tuple(fc.constantFrom("", ":00", ":00.0", ":00.000", ":00.0009"), offset)
    .map(([s, o]) => `T24:00${s}${o}`),
);
const text = fc
  .tuple(year, two(0, 13), two(0, 32), fc.oneof(fc.constant(""), time))
  .map(([y, m, d, t]) => `${y}-${m}-${d}${t}`);

const GRAMMAR =
  /^(\d{4}|(?!-000000)[+-]\d{6})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T(([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?|24:00(:00(\.0+)?)?)(Z|[+-]([01]\d|2[0-3]):[0-5]\d))?$/;

describe("instant", () => {
  it("gives what Date.parse gives, in its grammar", () => {
    const check = (iso: string) => {
      const answer = parse(iso);
      // Engines take more than the grammar: "-000000-00-01" is the year 2000 to them.
      if (GRAMMAR.test(iso)) assert.equal(answer, Date.parse(iso), iso);
      else assert.ok(Number.isNaN(answer), iso);
    };
    fc.assert(fc.property(text, check), { numRuns: 20_000 });
  });

  it("gives back every time that a Date can write", () => {
    const any = fc.date({ min: new Date(-8.64e15), max: new Date(8.64e15), noInvalidDate: true });
    fc.assert(
      fc.property(any, (date) => assert.equal(parse(date.toISOString()), date.getTime())),
      { numRuns: 5_000 },
    );
  });

  it("cuts off beyond the millisecond, however many digits there are", () => {
    // V8 and Bun count leading zeros as digits here and answer 9 and 599.
    assert.equal(parse("1970-01-01T00:00:00.0009999999Z"), 0);
    assert.equal(parse("1970-01-01T00:00:00.005999999999Z"), 5);
  });

  it("refuses what only looks like it", () => {
    const bad = [
      "",
      "2001",
      "2001-01",
      "2001-01-01Z",
      "2001-01-01T00Z",
      "2001-01-01 00:00Z",
      "2001-01-01t00:00z",
      "2001-1-1",
      " 2001-01-01",
      "2001-01-01 ",
      "2001-01-01T00:00:00,5Z",
      "2001-01-01T00:00+0100",
      "2001-01-01T00:00+01",
      "2001-01-01T00:00:00.Z",
      "20010101",
      "2001-01-01T00:00ZZ",
      "-000000-01-01",
      "2001-01-01T00:00:00.5.Z",
      "x",
    ];
    for (const iso of bad) assert.ok(Number.isNaN(parse(iso)), iso);
    fc.assert(
      fc.property(fc.string(), (any) => {
        parse(any);
      }),
    );
  });

  it("survives every cut and every wrong byte of a good one", () => {
    const iso = "+002001-01-31T12:34:56.789+01:00";
    for (let i = 0; i < iso.length; i++) {
      const cut = parse(iso.slice(0, i));
      assert.ok(
        Number.isNaN(cut) || cut === Infinity || cut === Date.parse(iso.slice(0, i)),
        iso.slice(0, i),
      );
      const wrong = `${iso.slice(0, i)}?${iso.slice(i + 1)}`;
      assert.ok(Number.isNaN(parse(wrong)), wrong);
    }
  });

  it("says what is wrong, and where", () => {
    const { value } = instant<{ at: string }, "at">("at");
    assert.throws(() => value({ at: "2001-01-01T00:00:00" }), {
      name: "RangeError",
      message: /^at must say its offset, .* \(was "2001-01-01T00:00:00"\)$/,
    });
    assert.throws(() => value({ at: "noon" }), {
      name: "RangeError",
      message: /^at must be a date .*\(was "noon"\)$/,
    });
    assert.throws(() => value({ at: 5 as unknown as string }), /\(was 5\)/);
    assert.equal(
      value({ at: `2001-01-01T00:00:00.${"9".repeat(500)}Z` }),
      Date.parse("2001-01-01T00:00:00.999Z"),
    );
    assert.equal(value({ at: null as unknown as string }), undefined);
    assert.equal(value({} as { at: string }), undefined);
  });
});
