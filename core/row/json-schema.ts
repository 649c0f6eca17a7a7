import { ANY_KIND, Kind } from "./layout.ts";
import {
  ANYTHING,
  anyOf,
  type Compiling,
  inexact,
  type Json,
  literals,
  type Member,
  NUMBERS,
  numberAt,
  ofNumber,
  ofString,
  oneOf,
  type Rule,
} from "./rule.ts";

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
  if ("const" in json) parts.push(oneOf([json.const], compiling));
  if (Array.isArray(json.enum)) parts.push(oneOf(json.enum, compiling));
  if (Array.isArray(json.anyOf)) {
    const branches = json.anyOf.map((branch) => compileJsonSchema(branch, path, compiling));
    parts.push(path === undefined ? anyRow(branches) : anyOf(branches));
  }
  const rule = parts.length === 0 ? ANYTHING : parts.length === 1 ? parts[0]! : allOf(parts);
  const description = json.description;
  return typeof description === "string" ? { ...rule, words: description } : rule;
}

function typesOf(json: Json): string[] {
  const type = json.type;
  return (Array.isArray(type) ? type : type === undefined ? [] : [type]).map(String);
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
      rule: everywhere ? rule : { ...ANYTHING, words: rule.words },
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
    ...(members && { members, sorts: true }),
  };
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

function ofArray(json: Json, path: string | undefined, compiling: Compiling): Rule {
  const least = numberAt(json, "minItems") ?? 0;
  const most = numberAt(json, "maxItems") ?? Infinity;
  const items = "items" in json ? compileJsonSchema(json.items, `${path}[]`, compiling) : ANYTHING;
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
      (free || everyItem(value, items)),
    words: words.join(", "),
    type: "json",
  };
}

/** `every` would leave out holes. */
function everyItem(items: readonly unknown[], rule: Rule): boolean {
  for (let i = 0; i < items.length; i++) if (!rule.test(items[i])) return false;
  return true;
}

function ofObject(json: Json, path: string | undefined, compiling: Compiling): Rule {
  const properties = (json.properties ?? {}) as Json;
  const required = new Set(Array.isArray(json.required) ? json.required.map(String) : []);
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
  const others = json.additionalProperties;
  const closed =
    others !== undefined &&
    others !== true &&
    Object.keys(Object(others)).length + Number(others === false) > 0;
  const rest = closed && others !== false ? compileJsonSchema(others, `${prefix}*`, compiling) : undefined;
  // The row itself always has columns; who else says something about unnamed fields must see the whole value.
  if (closed && path === undefined) compiling.exact = false;
  const named = [...members].map(([name, member]) => ({
    name,
    ...member,
    inherited: name in Object.prototype,
  }));
  const test = (value: unknown): boolean => {
    if (typeof value !== "object" || value === null) return false;
    const object = value as Record<string, unknown>;
    if (Array.isArray(value) && required.size > 0) return false;
    for (let i = 0; i < named.length; i++) {
      const { name, rule, required, inherited } = named[i]!;
      const item = !inherited || Object.hasOwn(object, name) ? object[name] : undefined;
      if (item === undefined ? required && !rule.test(item) : !rule.test(item)) return false;
    }
    if (!closed || path === undefined) return true;
    return Object.keys(object).every((name) => members.has(name) || (rest?.test(object[name]) ?? false));
  };
  return {
    // To the schema libraries an array is an object, one without the fields.
    accepts: (1 << Kind.object) | (required.size === 0 ? 1 << Kind.array : 0),
    kindsOnly: !closed && named.every(({ rule }) => rule.kindsOnly),
    test,
    words: "an object",
    type: "json",
    ...((path === undefined || (members.size > 0 && !closed)) && { members }),
  };
}
