import { ASK, FITS, patternColumn } from "../scan/kernel/pattern-column.ts";
import {
  ASIDE,
  type Chunk,
  type CodeColumn,
  forEachRow,
  forEachUnmarked,
  moveTo,
  type NumberColumn,
  setAside,
} from "./chunk.ts";
import { grown } from "./grown.ts";
import { byteLane, CodeLane } from "./lane.ts";
import { Kind } from "./layout.ts";
import { own } from "./own.ts";
import type { Member, NumberRange, Rule, TextRule } from "./rule.ts";
import { planSchema } from "./schema.ts";
import {
  type ColumnType,
  type Field,
  placedCode,
  placedNumber,
  type Shape,
  type ViewShape,
} from "./shape.ts";
import type { Schema } from "./standard-schema.ts";
import { shown } from "./text-value.ts";

/** A schema compiled for rows of one shape in one run. */
export interface RowChecks {
  /**
   * Checks the row that passes: a view's fields under the cursor, or a plain row.
   *
   * @returns What is wrong with it, in words; `undefined` when nothing is.
   */
  readonly check: (row: unknown) => string | undefined;
  /** Sets aside the rows of a chunk that `check` would find wrong; only on views whose fields say all. */
  readonly columns?: (chunk: Chunk) => void;
  /** The schema makes other objects of the rows: pass on {@link output} instead of the row. */
  readonly transforms: boolean;
  /** The object that the schema made of the row checked last. */
  readonly output: () => unknown;
  /** What is known of the fields that the schema names, by path. */
  readonly types: ReadonlyMap<string, ColumnType>;
}

/**
 * Compiles a schema into checks on rows of a shape: `validate` in one call.
 *
 * Strings that have a dictionary code are tested once for each distinct one.
 *
 * @throws {TypeError} From `check`, when the schema validates asynchronously.
 */
export function compileChecks(schema: Schema, shape: Shape): RowChecks {
  const plan = planSchema(schema);
  if (plan.exact && plan.rule !== undefined) {
    const { rule } = plan;
    const byField = shape.kind === "view" && rule.sorts !== true;
    const whole = (row: unknown) => (rule.test(row) ? undefined : wrongIn(rule, row));
    const check = byField ? fieldChecks(plan.members, shape.fields, false) : whole;
    const about = { check, transforms: false, output: () => undefined, types: plan.types };
    if (!byField) return about;
    return { ...about, columns: fieldColumns(plan.members, shape, check as () => string | undefined, false) };
  }
  let made: unknown;
  const check = (row: unknown) => {
    const result = plan.validate(own(row));
    if ("message" in result) return result.message;
    made = result.value;
    return undefined;
  };
  return { check, transforms: plan.transforms, output: () => made, types: plan.types };
}

/**
 * Makes one check of the fields under the cursor.
 *
 * @param scanned The fields come straight from a scanner that was given these rules' kinds: only what kinds cannot
 *   say is left to check.
 */
export function fieldChecks(
  members: ReadonlyMap<string, Member>,
  fields: ReadonlyMap<string, Field>,
  scanned: boolean,
  prefix = "",
): () => string | undefined {
  const checks = [...members].flatMap(([name, member]) => {
    if (scanned && member.rule.kindsOnly) return [];
    return [fieldCheck(prefix + name, member, fields.get(name), scanned)];
  });
  if (checks.length === 1) return checks[0]!;
  return () => {
    for (let i = 0; i < checks.length; i++) {
      const wrong = checks[i]!();
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
}

function fieldCheck(
  path: string,
  { rule, required }: Member,
  field: Field | undefined,
  scanned: boolean,
): () => string | undefined {
  const message = (value: unknown) => wrongIn(rule, value, path);
  const passes = (value: unknown) => (value === undefined && !required) || rule.test(value);
  if (field === undefined) return () => (passes(undefined) ? undefined : message(undefined));
  const { get, code, fields } = field;
  if (rule.members !== undefined && rule.sorts !== true && fields !== undefined) {
    const inner = fieldChecks(rule.members, fields, scanned, `${path}.`);
    return () => {
      const value = get();
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return inner();
      return passes(value) ? undefined : message(value);
    };
  }
  const { numberPlace, codePlace } = field;
  if (numberPlace !== undefined && rule.range !== undefined) {
    const { least, most, above, below, integer } = rule.range;
    return () => {
      const number = placedNumber(numberPlace);
      // Bounds that are not there are NaN: no comparison with them is true. So are numbers that are not there.
      if (number >= least && number <= most && !(number <= above) && !(number >= below)) {
        if (!integer || Number.isInteger(number)) return undefined;
      }
      const value = get();
      return passes(value) ? undefined : message(value);
    };
  }
  if (code === undefined || codePlace === undefined) {
    return () => {
      const value = get();
      return passes(value) ? undefined : message(value);
    };
  }
  /** By code: 0 not known, 1 good, 2 bad. */
  let verdicts: Uint8Array = new Uint8Array(0);
  return () => {
    const at = placedCode(codePlace, code);
    if (at === 0) {
      const value = get();
      return passes(value) ? undefined : message(value);
    }
    verdicts = grown(verdicts, at + 1);
    if (verdicts[at] === 0) verdicts[at] = passes(get()) ? 1 : 2;
    return verdicts[at] === 1 ? undefined : message(get());
  };
}

/**
 * Makes the checks of a chunk's columns: each sets aside the rows that do not pass it.
 *
 * @param check The same, of the row under the cursor.
 */
export function fieldColumns(
  members: ReadonlyMap<string, Member>,
  shape: ViewShape,
  check: () => string | undefined,
  scanned: boolean,
): (chunk: Chunk) => void {
  const columns: ((chunk: Chunk) => void)[] = [];
  const { cursor } = shape.origin;
  // What has no loop of its own is found by the check of the whole row.
  if (!addColumns(members, shape.fields, -1, shape, scanned, columns)) {
    columns.push((chunk) =>
      forEachRow(cursor, chunk, (row) => {
        moveTo(cursor, chunk, row);
        if (check() !== undefined) chunk.aside[row] = ASIDE;
      }),
    );
  }
  return (chunk) => {
    for (const column of columns) column(chunk);
  };
}

/**
 * Adds the loops over the columns of these members. Whether that is all of them.
 *
 * @param parent Cell of the object that the fields stand in, which is there in every row; −1 for the record.
 */
function addColumns(
  members: ReadonlyMap<string, Member>,
  fields: ReadonlyMap<string, Field>,
  parent: number,
  shape: ViewShape,
  scanned: boolean,
  columns: ((chunk: Chunk) => void)[],
): boolean {
  let all = true;
  for (const [name, { rule, required }] of members) {
    const field = fields.get(name);
    const held = kindsOf(shape, field, parent);
    // What is in the cell has been checked when it was scanned; of an object, only that it is one.
    const isRight = held !== undefined && (held & ~rule.accepts) === 0;
    if (rule.kindsOnly && (scanned || (isRight && (rule.accepts & CONTAINERS) === 0))) continue;
    const { numbers, codes, get, fields: inner } = field ?? {};
    if (numbers !== undefined && rule.range !== undefined && required) {
      columns.push(rangeColumn(numbers, rule.range));
    } else if (field !== undefined && rule.text !== undefined) {
      columns.push(textRuleColumn(field, { rule, required }, rule.text, shape));
    } else if (codes !== undefined && get !== undefined && required) {
      columns.push(codeColumn(codes, get, rule.test, shape));
    } else if (isRight && held === 1 << Kind.object && inner !== undefined && rule.members && !rule.sorts) {
      all = addColumns(rule.members, inner, field?.cell as number, shape, scanned, columns) && all;
    } else all = false;
  }
  return all;
}

const CONTAINERS = (1 << Kind.object) | (1 << Kind.array);

/**
 * Kinds that a field's cell can hold in a row that passed the scanner; `undefined` where it is no cell, or one inside
 * another object than `parent`, which may not be there.
 */
function kindsOf({ origin }: ViewShape, field: Field | undefined, parent: number): number | undefined {
  const about = field?.cell === undefined ? undefined : origin.layout.cells[field.cell];
  return about?.parent === parent ? about.accepts : undefined;
}

function rangeColumn(numbers: NumberColumn, range: NumberRange): (chunk: Chunk) => void {
  return (chunk) => setAside(chunk, chunk.find.outside(chunk, numbers, numbers.of(chunk), range));
}

function codeColumn(
  codes: CodeColumn,
  get: () => unknown,
  test: (value: unknown) => boolean,
  shape: ViewShape,
): (chunk: Chunk) => void {
  const { cursor, memory } = shape.origin;
  /** By code: whether the string passes. */
  const good = new CodeLane((length) => byteLane(memory.kernel, length));
  // Each string is tested once; one that has no code, or is not good, each time.
  const look = (row: number, chunk: Chunk, code: number): void => {
    if (!test(get())) chunk.aside[row] = ASIDE;
    else if (code !== 0) good.set(code, 1);
  };
  return (chunk) => forEachUnmarked(cursor, chunk, codes, good, look);
}

/** Texts on their bytes; by codes where there are no bytes, or somebody else asks for codes anyway. */
function textRuleColumn(
  { get, cell, codes, strings }: Field,
  { rule, required }: Member,
  text: TextRule,
  shape: ViewShape,
): (chunk: Chunk) => void {
  const { cursor, memory } = shape.origin;
  const passes = (value: unknown) => (value === undefined && !required) || rule.test(value);
  const byCodes = codes && codeColumn(codes, get, passes, shape);
  const texts = cell ?? strings;
  const verdicts =
    memory.kernel && texts !== undefined ? patternColumn(memory.kernel, texts, text) : undefined;
  const byRows = (chunk: Chunk) =>
    forEachRow(cursor, chunk, (row) => {
      moveTo(cursor, chunk, row);
      if (!passes(get())) chunk.aside[row] = ASIDE;
    });
  if (verdicts === undefined) return byCodes ?? byRows;
  return (chunk) => {
    if (codes?.used) {
      byCodes?.(chunk);
      return;
    }
    verdicts.judge(chunk);
    const many = chunk.find.others(chunk, verdicts, FITS);
    const { found } = chunk.find;
    for (let i = 0; i < many; i++) {
      const row = found[i] as number;
      moveTo(cursor, chunk, row);
      if (verdicts.values[row] !== ASK || !passes(get())) chunk.aside[row] = ASIDE;
    }
  };
}

/** Says what is wrong: the innermost field that does not fit, what it must be, what it was. */
export function wrongIn(rule: Rule, value: unknown, path = ""): string {
  if (
    rule.members !== undefined &&
    rule.sorts !== true &&
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value)
  ) {
    for (const [name, member] of rule.members) {
      const item = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
      if (item === undefined && !member.required) continue;
      if (!member.rule.test(item)) return wrongIn(member.rule, item, path === "" ? name : `${path}.${name}`);
    }
  }
  return `${path === "" ? "the row" : path} must be ${rule.words} (was ${shown(value)})`;
}
