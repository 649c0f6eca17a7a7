import type { Compiling } from "./rule.ts";
import type { Schema } from "./standard-schema.ts";

/** What is known of a schema beyond its JSON Schema. */
interface Vouched {
  /** Its JSON Schema leaves nothing out but what {@link libraryOptions} were told of. */
  readonly saysAll: boolean;
  /** A row that fits is handed back as it came. */
  readonly keepsRows: boolean;
}

/**
 * What the libraries that are known are given when they write a JSON Schema, so that they tell what it leaves out.
 *
 * Arktype calls `fallback` for each such thing (2.2.9). Valibot's converter throws for most of them, and calls
 * `overrideSchema` for each schema (1.8.0): what it passes over in silence (an `object` drops fields, a `fallback`
 * takes any value, formats) is in none of the schemas and actions that {@link isPlain} knows. One of those, and there
 * is no JSON Schema.
 */
export function libraryOptions(schema: Schema, compiling: Compiling): Record<string, unknown> {
  const { validate } = schema["~standard"];
  return {
    fallback: ({ code, base, unit, domain }: Record<string, unknown>): unknown => {
      // Two things that JSON Schema has no word for and the compiler here has.
      if (code === "unit" && unit === undefined) return { const: undefined };
      if (code === "domain" && domain === "bigint") return { ...(base as object), type: "bigint" };
      compiling.exact = false;
      return base;
    },
    overrideSchema: ({ valibotSchema }: Record<string, unknown>): void => {
      // A fallback for the whole row is told to nobody.
      if (!isPlain(valibotSchema) || !("issues" in validate(undefined)))
        throw new TypeError("The JSON Schema says less than the schema");
    },
  };
}

/**
 * Whether a schema's JSON Schema can stand for the schema. Of libraries that are not known here it can't: zod drops
 * refinements without a word.
 *
 * @param exact Nothing was left out of its JSON Schema, as far as was told.
 */
export function vouched(schema: Schema, exact: boolean): Vouched {
  if (schema["~standard"].vendor === "arktype") {
    const json = JSON.stringify((schema as { readonly json?: unknown }).json) ?? "";
    return {
      // It does not tell of the flags of regular expressions.
      saysAll: json !== "" && !/"(predicate|morphs)":|"flags":"[^"]/.test(json),
      keepsRows: !/"(morphs|default)":|"undeclared":"delete"/.test(json),
    };
  }
  const isPlain = schema["~standard"].vendor === "valibot" && exact;
  return { saysAll: isPlain, keepsRows: isPlain };
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
  readonly options?: readonly unknown[];
  readonly wrapped?: Part;
  readonly item?: Part;
}

const LENGTHS = ["length", "min_length", "max_length", "non_empty"];
const BOUNDS = ["min_value", "max_value", "gt_value", "lt_value"];
/** Per schema the actions that become keywords of the same meaning. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  string: [...LENGTHS, "regex"],
  number: [...BOUNDS, "integer", "multiple_of"],
  array: LENGTHS,
};

/** Schemas and actions that JSON Schema has words for, each action once, and that change no value. */
function isPlain(schema: unknown): boolean {
  const { kind, type, async, fallback, pipe, ...part } = schema as Part;
  if (kind !== "schema" || async === true || fallback !== undefined || part.default !== undefined)
    return false;
  const actions = pipe?.slice(1).filter((action) => action.kind !== "metadata") ?? [];
  const known = ACTIONS[type] ?? [];
  if (!actions.every((action) => known.includes(action.type))) return false;
  if (new Set(actions.map((action) => action.type)).size < actions.length) return false;
  switch (type) {
    case "string":
    case "number":
    case "boolean":
    case "null":
    case "literal":
    case "picklist":
      return true;
    case "optional":
    case "nullable":
    case "nullish":
      return isPlain(part.wrapped);
    case "array":
      return isPlain(part.item);
    case "union":
      return part.options?.every(isPlain) ?? false;
    case "loose_object":
      return Object.values(part.entries ?? {}).every(isPlain);
    default:
      return false;
  }
}
