import type { Compiling } from "./rule.ts";
import type { Schema } from "./standard-schema.ts";

/** What is known of a schema beyond its JSON Schema. */
interface Vouched {
  /** Its JSON Schema leaves nothing out, but for what arktype is asked to tell while it writes it. */
  readonly saysAll: boolean;
  /** A row that fits is handed back as it came. */
  readonly keepsRows: boolean;
  /** What its JSON Schema does not take, it does not take either. */
  readonly takesNoMore: boolean;
}

/** The version of JSON Schema that is asked for. */
export const TARGET = "draft-2020-12";

/** What arktype is given when it writes a JSON Schema: it calls `fallback` for each thing that this leaves out (2.2.9). */
export function libraryOptions(compiling: Compiling): Record<string, unknown> {
  return {
    fallback: ({ code, base, unit, domain }: Record<string, unknown>): unknown => {
      // Two things that JSON Schema has no word for and the compiler here has.
      if (code === "unit" && unit === undefined) return { const: undefined };
      if (code === "domain" && domain === "bigint") return { ...(base as object), type: "bigint" };
      compiling.exact = false;
      return base;
    },
  };
}

/**
 * Whether a schema's JSON Schema can stand for the schema. Of libraries that are not known here it can't: zod drops
 * refinements without a word.
 */
export function vouched(schema: Schema): Vouched {
  switch (schema["~standard"].vendor) {
    case "arktype": {
      const json = JSON.stringify((schema as { readonly json?: unknown }).json) ?? "";
      return {
        // It does not tell of the flags of regular expressions.
        saysAll: json !== "" && !/"(predicate|morphs)":|"flags":"[^"]/.test(json),
        keepsRows: !/"(morphs|default)":|"undeclared":"delete"/.test(json),
        takesNoMore: true,
      };
    }
    case "valibot": {
      const plain = isPlain(schema);
      // A `fallback` takes anything, and `metadata` may say anything.
      return { saysAll: plain, keepsRows: plain, takesNoMore: plain };
    }
    default:
      return { saysAll: false, keepsRows: false, takesNoMore: true };
  }
}

/** A schema or an action of valibot's: what of it is looked at here. */
interface Part {
  readonly kind: string;
  readonly type: string;
  readonly async?: boolean;
  readonly default?: unknown;
  readonly fallback?: unknown;
  /** The schema itself, then its actions. */
  readonly pipe?: readonly Part[];
  readonly entries?: Readonly<Record<string, Part>>;
  readonly options?: readonly Part[];
  readonly wrapped?: Part;
  readonly item?: Part;
  readonly metadata?: object;
}

const LENGTHS = ["length", "min_length", "max_length", "non_empty"];
const BOUNDS = ["min_value", "max_value", "gt_value", "lt_value", "multiple_of"];
/** By type of the JSON Schema so far: the actions that become keywords of the same meaning. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  string: [...LENGTHS, "regex"],
  number: [...BOUNDS, "integer"],
  integer: [...BOUNDS, "integer"],
  array: LENGTHS,
};
const NOTES = ["title", "description", "examples"];
const LEAVES = ["string", "number", "boolean", "null", "literal", "picklist"];
/** Schemas that take `undefined`. */
const OPTIONAL = ["optional", "nullish"];

/**
 * Whether all that a schema of valibot's is made of has a word in JSON Schema, and changes no value. Its converter shows
 * each part, throws for most of what it can't say, and passes over the rest in silence (1.8.0).
 *
 * Not told apart are fields that it never hands on: `constructor`, `prototype` and `__proto__`, where a schema names none.
 */
function isPlain(schema: Schema): boolean {
  const { jsonSchema, validate } = schema["~standard"];
  let isSeen = false;
  let plain = true;
  /** What was done already in the pipe that a JSON Schema is made from: a keyword is written over by the next. */
  const actions = new Map<unknown, Set<string>>();
  const overrideSchema = ({ valibotSchema }: { readonly valibotSchema: Part }): void => {
    isSeen = true;
    plain &&= isPlainSchema(valibotSchema);
  };
  const overrideAction = (shown: { readonly valibotAction: Part; readonly jsonSchema: object }): void => {
    const { valibotAction, jsonSchema } = shown;
    const before = actions.get(jsonSchema) ?? new Set();
    actions.set(jsonSchema, before);
    plain &&= isPlainAction(valibotAction, jsonSchema) && !before.has(valibotAction.type);
    before.add(valibotAction.type);
  };
  try {
    // All of a pipe, and not only what leads to its input or its output.
    const asked = { typeMode: "ignore", overrideSchema, overrideAction };
    jsonSchema?.input({ target: TARGET, libraryOptions: asked });
    // A fallback for the whole row is told to nobody.
    return isSeen && plain && "issues" in validate(undefined);
  } catch {
    return false;
  }
}

function isPlainAction({ kind, type, metadata = {} }: Part, jsonSchema: object): boolean {
  if (kind === "metadata")
    return (type === "metadata" ? Object.keys(metadata) : [type]).every((note) => NOTES.includes(note));
  return ACTIONS[(jsonSchema as { readonly type: string }).type]?.includes(type) ?? false;
}

/** What is in a schema is shown by itself, but for pipes: of these only the parts. */
function isPlainSchema({ kind, type, async, default: other, fallback, ...part }: Part): boolean {
  if (kind !== "schema" || async === true || other !== undefined || fallback !== undefined) return false;
  const { wrapped, item, options, entries } = part;
  if (LEAVES.includes(type)) return true;
  if (type === "nullable" || OPTIONAL.includes(type)) return isPlainPart(wrapped);
  if (type === "array") return isPlainPart(item);
  if (type === "union") return options?.every(isPlainPart) ?? false;
  return type === "loose_object" && isPlainObject(entries ?? {});
}

function isPlainPart(part: Part | undefined): boolean {
  return part !== undefined && !OPTIONAL.includes(part.type) && isPlainPipe(part);
}

function isPlainPipe({ fallback, pipe = [] }: Part): boolean {
  if (fallback !== undefined) return false;
  // What an action is given by one that takes `undefined` is not said.
  return pipe.every((part, i) => part.kind !== "schema" || (i === 0 && isPlainPart(part)));
}

function isPlainObject(entries: Readonly<Record<string, Part>>): boolean {
  let refusesArrays = false;
  for (const name in entries) {
    const part = entries[name] as Part;
    // It takes what an object inherits for a field.
    if (name in Object.prototype || !isPlainPipe(part)) return false;
    refusesArrays ||= !OPTIONAL.includes(part.type) && !(name in Array.prototype || /^\d/.test(name));
  }
  // Of an array that fits it makes an object.
  return refusesArrays;
}
