import { ANY_KIND, Kind, STRING_KINDS } from "./layout.ts";
import type { ColumnType } from "./shape.ts";
import { shown } from "./text-value.ts";

/** One JSON Schema, compiled. */
export interface Rule {
  /** Kinds of cells that can hold such a value, as bits. */
  readonly accepts: number;
  /** The kinds say it all: a value of an accepted kind needs no test. */
  readonly kindsOnly: boolean;
  readonly test: (value: unknown) => boolean;
  /** What the value must be: "a whole number, at least 3". */
  readonly words: string;
  readonly type: ColumnType;
  /** The test of a number, as data: `test` says the same. */
  readonly range?: NumberRange;
  /** The test of a string, as data: `test` says the same. */
  readonly text?: TextRule;
  /** Fields of an object that are worth a column each. */
  readonly members?: ReadonlyMap<string, Member>;
  /** The members only say what there can be: the object as a whole must be tested. */
  readonly sorts?: boolean;
}

/** What `ofNumber` tests. A bound that is not there is NaN where it excludes itself, else infinite. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly above: number;
  readonly below: number;
  readonly integer: boolean;
}

/** What `ofString` tests: lengths in UTF-16 units, and an expression without flags. */
export interface TextRule {
  readonly least: number;
  readonly most: number;
  readonly expression: RegExp | undefined;
}

/** A named field of an object. */
export interface Member {
  readonly rule: Rule;
  readonly required: boolean;
}

/** What compiling a schema found out, beside the rule. */
export interface Compiling {
  /** Paths of fields whose integers are read as bigint. */
  readonly int64: ReadonlySet<string>;
  /** Set to false where the schema says more than the rule does. */
  exact: boolean;
}

/** A JSON Schema object. */
export type Json = Readonly<Record<string, unknown>>;

/** Every kind but missing. */
const PRESENT: number = ANY_KIND & ~(1 << Kind.missing);

/** Kinds of numbers that a double holds. */
export const NUMBERS: number = 1 << Kind.number;

/** The rule that every value meets. */
export const ANYTHING: Rule = {
  accepts: PRESENT,
  kindsOnly: true,
  test: (value) => value !== undefined,
  words: "there",
  type: undefined,
};

/** A value that meets one of these rules. */
export function anyOf(rules: readonly Rule[]): Rule {
  if (rules.length === 1) return rules[0]!;
  const kinds = rules.reduce((bits, rule) => bits | rule.accepts, 0);
  const objects = rules.filter((rule) => (rule.accepts & (1 << Kind.object)) !== 0);
  // Several sorts of objects have no columns: whatever is said of what is in them must be tested.
  const isOpen = objects.length < 2 || objects.every(({ members }) => members === undefined);
  // `integer | null` is a column of integers; `string | number` is none of anything.
  const types = new Set(rules.filter(({ accepts }) => accepts !== 1 << Kind.null).map(({ type }) => type));
  return {
    accepts: kinds,
    kindsOnly: isOpen && rules.every((rule) => rule.kindsOnly),
    test: (value) => rules.some((rule) => rule.test(value)),
    words: rules.map((rule) => rule.words).join(" or "),
    type: types.size === 1 ? [...types][0] : undefined,
    // One sort of object can have columns; of several nobody knows which it is.
    ...(objects.length === 1 && objects[0]?.members && { members: objects[0].members }),
  };
}

/** Notes that the schema says more than the rule will. */
export function inexact(compiling: Compiling): Rule {
  compiling.exact = false;
  return ANYTHING;
}

/** Cells and column type of the values that a constant can be. */
function constantKind(value: unknown): readonly [kinds: number, type: ColumnType] | undefined {
  if (value === null) return [1 << Kind.null, undefined];
  if (typeof value === "string") return [STRING_KINDS, "string"];
  if (typeof value === "number") return [NUMBERS, Number.isInteger(value) ? "integer" : "number"];
  if (typeof value === "boolean") return [value ? 1 << Kind.true : 1 << Kind.false, "boolean"];
  return value === undefined ? [0, undefined] : undefined;
}

/** One of some constants. */
export function oneOf(values: readonly unknown[], compiling: Compiling): Rule {
  const rules = values.map((value): Rule => {
    const kind = constantKind(value);
    if (kind === undefined) return inexact(compiling);
    const [accepts, type] = kind;
    const isLiteral = accepts !== STRING_KINDS && accepts !== NUMBERS;
    return { accepts, type, kindsOnly: isLiteral, test: (other) => other === value, words: shown(value) };
  });
  if (rules.length === 0)
    return { ...ANYTHING, accepts: 0, kindsOnly: false, test: () => false, words: "absent" };
  if (rules.length === 1) return rules[0]!;
  return { ...anyOf(rules), words: `one of ${rules.map((rule) => rule.words).join(", ")}` };
}

/** `true` and `false`; `null` by another test. */
export function literals(accepts: number, words: string, type: ColumnType): Rule {
  return { accepts, kindsOnly: true, test: (value) => typeof value === "boolean", words, type };
}

/** `type: "string"` and its keywords. */
export function ofString(json: Json, compiling: Compiling): Rule {
  const least = numberAt(json, "minLength") ?? 0;
  const most = numberAt(json, "maxLength") ?? Infinity;
  const pattern = json.pattern;
  let expression: RegExp | undefined;
  try {
    expression = pattern === undefined ? undefined : new RegExp(String(pattern));
  } catch {
    compiling.exact = false;
  }
  const free = least === 0 && most === Infinity;
  const fits = (value: unknown): value is string =>
    typeof value === "string" && value.length >= least && value.length <= most;
  const words = [expression === undefined ? "a string" : `a string that matches ${expression}`];
  if (least === most) words.push(`${least} long`);
  else if (least > 0) words.push(`${least} or more long`);
  if (most !== Infinity && least !== most) words.push(`at most ${most} long`);
  return {
    accepts: STRING_KINDS,
    kindsOnly: free && expression === undefined,
    test: expression === undefined ? fits : (value) => fits(value) && expression.test(value),
    words: words.join(", "),
    type: "string",
    text: { least, most, expression },
  };
}

/** A keyword's number. */
export function numberAt(json: Json, keyword: string): number | undefined {
  const value = json[keyword];
  return typeof value === "number" ? value : undefined;
}

/** `type: "number"` or `"integer"` and their keywords; bigints where the field is read as such. */
export function ofNumber(json: Json, integer: boolean, bigint: boolean): Rule {
  const least = numberAt(json, "minimum") ?? -Infinity;
  const most = numberAt(json, "maximum") ?? Infinity;
  const above = numberAt(json, "exclusiveMinimum");
  const below = numberAt(json, "exclusiveMaximum");
  const step = numberAt(json, "multipleOf");
  const within = (value: number) =>
    value >= least &&
    value <= most &&
    !(above !== undefined && value <= above) &&
    !(below !== undefined && value >= below);
  const test = (value: unknown) =>
    typeof value === "number" &&
    within(value) &&
    (!integer || Number.isInteger(value)) &&
    (step === undefined || value % step === 0);
  const testBig = (value: unknown) =>
    typeof value === "bigint" &&
    // The operators compare a bigint with a number by value.
    within(value as unknown as number) &&
    (step === undefined || (Number.isInteger(step) && value % BigInt(step) === 0n));
  const words = [integer || bigint ? "a whole number" : "a number"];
  if (step !== undefined) words.push(`a multiple of ${step}`);
  if (above !== undefined) words.push(`more than ${above}`);
  if (least !== -Infinity) words.push(`at least ${least}`);
  if (below !== undefined) words.push(`less than ${below}`);
  if (most !== Infinity) words.push(`at most ${most}`);
  return {
    accepts: bigint ? NUMBERS | (1 << Kind.int64) : NUMBERS,
    kindsOnly: words.length === 1 && !integer && !bigint,
    test: bigint ? testBig : test,
    words: words.join(", "),
    type: integer || bigint ? "integer" : "number",
    ...(!bigint &&
      step === undefined && {
        range: { least, most, above: above ?? Number.NaN, below: below ?? Number.NaN, integer },
      }),
  };
}
