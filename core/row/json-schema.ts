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
  /** Fields of an object that are worth a column each. */
  readonly members?: ReadonlyMap<string, Member>;
  /** The members only say what there can be: the object as a whole must be tested. */
  readonly sorts?: boolean;
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

type Json = Readonly<Record<string, unknown>>;

/** Keywords that say nothing about which values are valid. `format` always stands beside what enforces it. */
const NOTES =
  "$schema $comment $id title description default examples deprecated readOnly writeOnly format".split(" ");
const OF_ALL = [...NOTES, "type", "anyOf", "const", "enum"];
const OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  string: ["pattern", "minLength", "maxLength"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  integer: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  array: ["items", "minItems", "maxItems"],
  object: ["properties", "required", "additionalProperties"],
};

const PRESENT = ANY_KIND & ~(1 << Kind.missing);
const NUMBERS = 1 << Kind.number;

const ANYTHING: Rule = {
  accepts: PRESENT,
  kindsOnly: true,
  test: (value) => value !== undefined,
  words: "there",
  type: undefined,
};

/**
 * Compiles a JSON Schema (draft 2020-12) into tests on values.
 *
 * A keyword that is not supported clears `compiling.exact`; the rule then allows more than the schema does, never
 * less. Lengths are those of JavaScript strings, as the libraries that these schemas come from count them.
 *
 * @param path Dotted path of the value that the schema describes; `undefined` for the row itself.
 */
export function compileJsonSchema(schema: unknown, path: string | undefined, compiling: Compiling): Rule {
  if (schema === true) return ANYTHING;
  if (typeof schema !== "object" || schema === null) return inexact(compiling);
  const json = schema as Json;
  const types = typesOf(json);
  const known = [...OF_ALL, ...types.flatMap((type) => OF_TYPE[type] ?? [])];
  if (Object.keys(json).some((keyword) => !known.includes(keyword))) compiling.exact = false;
  const parts: Rule[] = [];
  if (types.length > 0) parts.push(anyOf(types.map((type) => ofType(type, json, path, compiling))));
  if ("const" in json) parts.push(oneOf([json["const"]], compiling));
  if (Array.isArray(json["enum"])) parts.push(oneOf(json["enum"], compiling));
  if (Array.isArray(json["anyOf"])) {
    const branches = json["anyOf"].map((branch) => compileJsonSchema(branch, path, compiling));
    parts.push(path === undefined ? anyRow(branches) : anyOf(branches));
  }
  const rule = parts.length === 0 ? ANYTHING : parts.length === 1 ? parts[0]! : allOf(parts);
  const description = json["description"];
  return typeof description === "string" ? { ...rule, words: description } : rule;
}

function inexact(compiling: Compiling): Rule {
  compiling.exact = false;
  return ANYTHING;
}

function typesOf(json: Json): string[] {
  const type = json["type"];
  return (Array.isArray(type) ? type : type === undefined ? [] : [type]).map(String);
}

function anyOf(rules: readonly Rule[]): Rule {
  if (rules.length === 1) return rules[0]!;
  const kinds = rules.reduce((bits, rule) => bits | rule.accepts, 0);
  const objects = rules.filter((rule) => (rule.accepts & (1 << Kind.object)) !== 0);
  // `integer | null` is a column of integers; `string | number` is none of anything.
  const types = new Set(rules.filter(({ accepts }) => accepts !== 1 << Kind.null).map(({ type }) => type));
  return {
    accepts: kinds,
    kindsOnly: rules.every((rule) => rule.kindsOnly),
    test: (value) => rules.some((rule) => rule.test(value)),
    words: rules.map((rule) => rule.words).join(" or "),
    type: types.size === 1 ? [...types][0] : undefined,
    // One sort of object can have columns; of several nobody knows which it is.
    ...(objects.length === 1 && objects[0]?.members && { members: objects[0].members }),
  };
}

/** A row of several sorts: columns for the fields of all of them. Which sort it is only a look at the row tells. */
function anyRow(rules: readonly Rule[]): Rule {
  const sorts = rules.flatMap(({ members }) => (members === undefined ? [] : [members]));
  if (sorts.length < 2) return anyOf(rules);
  const members = new Map<string, Member>();
  for (const name of new Set(sorts.flatMap((sort) => [...sort.keys()]))) {
    const found = sorts.flatMap((sort) => sort.get(name) ?? []);
    // A sort that does not name a field takes any value there.
    const everywhere = found.length === sorts.length;
    const rule = anyOf(found.map((member) => member.rule));
    members.set(name, {
      rule: everywhere ? rule : { ...rule, accepts: PRESENT },
      required: everywhere && found.every((member) => member.required),
    });
  }
  return { ...anyOf(rules), members, sorts: true };
}

function allOf(rules: readonly Rule[]): Rule {
  const { members } = rules.find((rule) => rule.members !== undefined) ?? {};
  return {
    accepts: rules.reduce((bits, rule) => bits & rule.accepts, ANY_KIND),
    kindsOnly: rules.every((rule) => rule.kindsOnly),
    test: (value) => rules.every((rule) => rule.test(value)),
    words: rules.map((rule) => rule.words).join(" and "),
    type: rules.find((rule) => rule.type !== undefined)?.type,
    ...(members && { members }),
  };
}

/** Cells and column type of the values that a constant can be. */
function constantKind(value: unknown): readonly [kinds: number, type: ColumnType] | undefined {
  if (value === null) return [1 << Kind.null, undefined];
  if (typeof value === "string") return [STRING_KINDS, "string"];
  if (typeof value === "number") return [NUMBERS, Number.isInteger(value) ? "integer" : "number"];
  if (typeof value === "boolean") return [value ? 1 << Kind.true : 1 << Kind.false, "boolean"];
  return value === undefined ? [0, undefined] : undefined;
}

function oneOf(values: readonly unknown[], compiling: Compiling): Rule {
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

function ofType(type: string, json: Json, path: string | undefined, compiling: Compiling): Rule {
  switch (type) {
    case "string":
      return ofString(json, compiling);
    case "number":
    case "integer":
      return ofNumber(json, type === "integer", path !== undefined && compiling.int64.has(path));
    case "boolean":
      return literals((1 << Kind.true) | (1 << Kind.false), "true or false", "boolean");
    case "null":
      return { ...literals(1 << Kind.null, "null", undefined), test: (value) => value === null };
    case "array":
      return ofArray(json, path, compiling);
    case "object":
      return ofObject(json, path, compiling);
    case "bigint":
      return {
        accepts: NUMBERS | (1 << Kind.int64),
        kindsOnly: false,
        test: (value) => typeof value === "bigint",
        words: "an integer",
        type: "integer",
      };
    default:
      return inexact(compiling);
  }
}

function literals(accepts: number, words: string, type: ColumnType): Rule {
  return { accepts, kindsOnly: true, test: (value) => typeof value === "boolean", words, type };
}

function ofString(json: Json, compiling: Compiling): Rule {
  const least = numberAt(json, "minLength") ?? 0;
  const most = numberAt(json, "maxLength") ?? Infinity;
  const pattern = json["pattern"];
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
  };
}

function numberAt(json: Json, keyword: string): number | undefined {
  const value = json[keyword];
  return typeof value === "number" ? value : undefined;
}

function ofNumber(json: Json, integer: boolean, bigint: boolean): Rule {
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
  };
}

function ofArray(json: Json, path: string | undefined, compiling: Compiling): Rule {
  const least = numberAt(json, "minItems") ?? 0;
  const most = numberAt(json, "maxItems") ?? Infinity;
  const items = "items" in json ? compileJsonSchema(json["items"], `${path}[]`, compiling) : ANYTHING;
  // What an array holds can't be undefined, so items of any value need no look.
  const free = items === ANYTHING;
  const words = [free ? "an array" : `an array whose items are ${items.words}`];
  if (least > 0) words.push(`${least} or more long`);
  if (most !== Infinity) words.push(`at most ${most} long`);
  return {
    accepts: 1 << Kind.array,
    kindsOnly: free && words.length === 1,
    test: (value) =>
      Array.isArray(value) &&
      value.length >= least &&
      value.length <= most &&
      (free || value.every(items.test)),
    words: words.join(", "),
    type: "json",
  };
}

function ofObject(json: Json, path: string | undefined, compiling: Compiling): Rule {
  const properties = (json["properties"] ?? {}) as Json;
  const required = new Set(Array.isArray(json["required"]) ? json["required"].map(String) : []);
  const prefix = path === undefined ? "" : `${path}.`;
  const members = new Map<string, Member>();
  for (const name of Object.keys(properties)) {
    const rule = compileJsonSchema(properties[name], prefix + name, compiling);
    members.set(name, { rule, required: required.has(name) });
  }
  for (const name of required) {
    // A library that loses the property "__proto__" on its way to JSON Schema still demands it.
    if (!members.has(name)) members.set(name, { rule: inexact(compiling), required: true });
  }
  const others = json["additionalProperties"];
  const closed =
    others !== undefined &&
    others !== true &&
    Object.keys(Object(others)).length + Number(others === false) > 0;
  const rest = closed && others !== false ? compileJsonSchema(others, `${prefix}*`, compiling) : undefined;
  // The row itself always has columns; who else says something about unnamed fields must see the whole value.
  if (closed && path === undefined) compiling.exact = false;
  const named = [...members];
  const test = (value: unknown): boolean => {
    if (typeof value !== "object" || value === null) return false;
    const object = value as Record<string, unknown>;
    if (Array.isArray(value) && named.some(([, member]) => member.required)) return false;
    for (const [name, { rule, required }] of named) {
      const item = Object.hasOwn(object, name) ? object[name] : undefined;
      if (item === undefined ? required && !rule.test(item) : !rule.test(item)) return false;
    }
    if (!closed || path === undefined) return true;
    return Object.keys(object).every((name) => members.has(name) || (rest?.test(object[name]) ?? false));
  };
  return {
    // To the schema libraries an array is an object, one without the fields.
    accepts: (1 << Kind.object) | (required.size === 0 ? 1 << Kind.array : 0),
    kindsOnly: !closed && named.every(([, { rule }]) => rule.kindsOnly),
    test,
    words: "an object",
    type: "json",
    ...((path === undefined || (members.size > 0 && !closed)) && { members }),
  };
}
