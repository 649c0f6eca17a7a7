import { compileJsonSchema } from "./json-schema.ts";
import { ANY_KIND, type Integers, Kind, type LayoutField } from "./layout.ts";
import type { Compiling, Member, Rule } from "./rule.ts";
import type { ColumnType } from "./shape.ts";
import type { Schema, SchemaIssue } from "./standard-schema.ts";
import { shortly } from "./text-value.ts";
import { libraryOptions, TARGET, vouched } from "./vouched.ts";

/** How a format reads integers beyond ±(2^53 − 1). */
export interface NumberOptions {
  /** Paths of fields whose integers are read as bigint. */
  readonly int64?: readonly string[];
  /** `"double"`: round them, as `JSON.parse` does. Default: such an integer in a named field is a fault. */
  readonly numbers?: "double";
}

/** Fields of rows without a schema: only those that need a column to keep their digits. */
export function bigintFields(options: NumberOptions): ReadonlyMap<string, LayoutField> {
  const fields = new Map<string, LayoutField>();
  for (const path of options.int64 ?? []) fields.set(path, { accepts: ANY_KIND, integers: "int64" });
  return fields;
}

/** A schema made ready for a format or an operator. */
export interface SchemaPlan {
  /** The named fields of a row. */
  readonly members: ReadonlyMap<string, Member>;
  /** The same, for a layout. */
  readonly fields: ReadonlyMap<string, LayoutField>;
  /** The same for JSON, whose values have kinds: any of them, where the schema may take what its JSON Schema does not. */
  readonly jsonFields: ReadonlyMap<string, LayoutField>;
  /** The members' rules are the whole schema; else each row must pass `validate` too. */
  readonly exact: boolean;
  /** Rows come out as other objects than they went in. */
  readonly transforms: boolean;
  /** What is known of the fields that come out, by path. */
  readonly types: ReadonlyMap<string, ColumnType>;
  /** The whole row's rule: on plain rows. */
  readonly rule: Rule | undefined;
  readonly validate: (row: unknown) => Validated;
}

/** What the schema's own `validate` said. */
type Validated = { readonly value: unknown } | { readonly message: string };

/**
 * Makes a schema ready: which columns it needs, which checks, and whether these are all that it says.
 *
 * Schemas that nobody has {@link vouched} for are asked to validate each row as well, and their rows are taken to be
 * new objects.
 */
export function planSchema(schema: Schema, options: NumberOptions = {}): SchemaPlan {
  const compiling: Compiling = { int64: new Set(options.int64), exact: true };
  const { saysAll, keepsRows, takesNoMore } = vouched(schema);
  const input = jsonSchema(schema, "input", compiling);
  const left: Compiling = { int64: compiling.int64, exact: true };
  const output = jsonSchema(schema, "output", left);
  const rule = input === undefined ? undefined : compileJsonSchema(input, undefined, compiling);
  const members = rule?.members ?? new Map<string, Member>();
  const same = isSame(input, output);
  const out = same || output === undefined ? rule : compileJsonSchema(output, undefined, left);
  const types = new Map<string, ColumnType>();
  if (same || output !== undefined) collectTypes(out?.members ?? new Map(), "", types);
  const fields = layoutFields(members, "", options);
  return {
    members,
    fields,
    jsonFields: takesNoMore ? fields : layoutFields(members, "", options, ANY_KIND),
    exact: saysAll && compiling.exact && same && rule?.members !== undefined,
    transforms: !(same && keepsRows),
    types,
    rule,
    validate: (row) => validated(schema, row),
  };
}

function jsonSchema(schema: Schema, side: "input" | "output", compiling: Compiling): unknown {
  const { jsonSchema } = schema["~standard"];
  try {
    return jsonSchema?.[side]({ target: TARGET, libraryOptions: libraryOptions(compiling) });
  } catch {
    compiling.exact = false;
    return undefined;
  }
}

/** Notes about a schema may be what no JSON can say. */
function isSame(input: unknown, output: unknown): boolean {
  try {
    return input !== undefined && JSON.stringify(input) === JSON.stringify(output);
  } catch {
    return false;
  }
}

function layoutFields(
  members: ReadonlyMap<string, Member>,
  prefix: string,
  options: NumberOptions,
  also = 0,
): ReadonlyMap<string, LayoutField> {
  const fields = new Map<string, LayoutField>();
  for (const [name, { rule, required }] of members) {
    const path = prefix + name;
    const big = (rule.accepts & (1 << Kind.int64)) !== 0 && rule.type === "integer";
    const integers: Integers = big ? "int64" : options.numbers === "double" ? "double" : "fault";
    const accepts = rule.accepts | (required ? 0 : 1 << Kind.missing) | also;
    const inner =
      rule.members === undefined ? undefined : layoutFields(rule.members, `${path}.`, options, also);
    fields.set(name, {
      accepts: accepts & ANY_KIND,
      integers,
      ...(inner && inner.size > 0 && { fields: inner }),
    });
  }
  return fields;
}

function collectTypes(
  members: ReadonlyMap<string, Member>,
  prefix: string,
  types: Map<string, ColumnType>,
): void {
  for (const [name, { rule }] of members) {
    types.set(prefix + name, rule.type);
    if (rule.members !== undefined) collectTypes(rule.members, `${prefix}${name}.`, types);
  }
}

function validated(schema: Schema, row: unknown): Validated {
  const result = schema["~standard"].validate(row);
  if (typeof (result as PromiseLike<unknown>).then === "function") {
    throw new TypeError("Cannot validate rows: the schema answers with a promise, and a pass is synchronous");
  }
  const { issues, value } = result as { issues?: readonly SchemaIssue[]; value?: unknown };
  if (issues === undefined) return { value };
  return {
    message: shortly(issues.length === 0 ? "the row does not fit its schema" : issueText(issues[0]!)),
  };
}

/** Some libraries begin a message with the path, some leave it out. */
function issueText({ message, path = [] }: SchemaIssue): string {
  const at = path.map((part) => String(typeof part === "object" ? part.key : part)).join(".");
  return at === "" || message.startsWith(at) ? message : `${at}: ${message}`;
}
