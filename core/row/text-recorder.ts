import { LONGEST_LITERAL, MOST_OPERATIONS, type TextOperation, type TextProgram } from "./text-program.ts";
import { shown } from "./text-value.ts";

/**
 * A text that operations are recorded on: what the function of `text` is given, and what its methods return.
 *
 * It holds no characters. Every method answers exactly what String's of that name would for the field's value; those
 * that String does not have say here what they do.
 */
export interface Text {
  /** Without the white space and line ends at both ends. */
  trim(): Text;
  /** In lower case: Unicode's own, whatever the machine's language. */
  toLowerCase(): Text;
  /** In upper case: Unicode's own, whatever the machine's language. */
  toUpperCase(): Text;
  /** What stands before the first `search`; the whole text when there is none. */
  before(search: string): Text;
  /** What stands behind the first `search`; nothing when there is none. */
  after(search: string): Text;
  /** The part from `start` to `end`, in UTF-16 units; negative ones count from the end. */
  slice(start: number, end?: number): Text;
  /** With `by` in place of every run of the digits 0 to 9. `by` is taken as it is: `$` means nothing. */
  replaceDigits(by: string): Text;
  /** With `tail` behind it. */
  concat(tail: string): Text;
  /** Whether it begins so. */
  startsWith(search: string): TextPredicate;
  /** Whether it ends so. */
  endsWith(search: string): TextPredicate;
  /** Whether that stands in it. */
  includes(search: string): TextPredicate;
  /** Whether it is that, unit by unit: no normal form is made. */
  equals(other: string): TextPredicate;
  /** Its length in UTF-16 units. */
  readonly length: TextLength;
}

/** Whether something holds of a text. It is a record of the question: `!`, `&&` and `||` would see an object. */
export interface TextPredicate {
  /** Tells it from a text and a length. */
  readonly kind: "text predicate";
  /** Whether it does not hold. A missing field still is neither. */
  not(): TextPredicate;
}

/** The length of a text. */
export interface TextLength {
  /** Tells it from a text and a predicate. */
  readonly kind: "text length";
}

type Operations = readonly TextOperation[];

/**
 * Calls a function once with a text that records, and makes a program of what it returns.
 *
 * @param field Named in messages.
 * @throws {TypeError} When it returns anything else, or when the result lacks an operation that it recorded: in
 *   `t.startsWith("a") && t.endsWith("b")` the first would be lost.
 */
export function recordText(field: string, fn: (text: Text) => unknown): TextProgram {
  const name = `text(${JSON.stringify(field)})`;
  const programs = new Map<unknown, TextProgram>();
  let recorded = 0;

  const made = <T extends object>(one: T, operations: Operations, result: TextProgram["result"]): T => {
    // A text in a template or a sum would be taken for its characters.
    Object.defineProperty(one, Symbol.toPrimitive, {
      value: () => {
        throw new TypeError(`${name}: the operations are only recorded: there is no value to read yet`);
      },
    });
    programs.set(one, Object.freeze({ operations: Object.freeze(operations), result }));
    return Object.freeze(one);
  };
  const then = (operations: Operations, operation: TextOperation): Operations => {
    if (operations.length === MOST_OPERATIONS)
      throw new RangeError(`${name}: there can be at most ${MOST_OPERATIONS} operations`);
    recorded += 1;
    return [...operations, Object.freeze(operation)];
  };
  const literal = (method: string, given: unknown): string => {
    if (typeof given !== "string")
      throw new TypeError(`${name}: ${method} must be given a string, was ${shown(given)}`);
    if (given.length <= LONGEST_LITERAL) return given;
    throw new RangeError(
      `${name}: ${method} must be given at most ${LONGEST_LITERAL} characters, was ${given.length}`,
    );
  };
  const bound = (given: unknown): number => {
    if (typeof given !== "number")
      throw new TypeError(`${name}: slice must be given numbers, was ${shown(given)}`);
    if (!Number.isInteger(given))
      throw new RangeError(`${name}: slice must be given whole numbers, was ${given}`);
    // No string is so long: 32 bits say the same. And −0 is 0.
    return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, given)) + 0;
  };

  const lengthOf = (operations: Operations): TextLength =>
    made<TextLength>({ kind: "text length" }, then(operations, { op: "length" }), "integer");
  const predicate = (operations: Operations): TextPredicate =>
    made<TextPredicate>(
      { kind: "text predicate", not: () => predicate(then(operations, { op: "not" })) },
      operations,
      "boolean",
    );
  const text = (operations: Operations): Text => {
    const next = (operation: TextOperation) => text(then(operations, operation));
    const test = (op: "startsWith" | "endsWith" | "includes" | "equals", given: string) =>
      predicate(then(operations, { op, text: literal(op, given) }));
    return made<Text>(
      {
        trim: () => next({ op: "trim" }),
        toLowerCase: () => next({ op: "lower" }),
        toUpperCase: () => next({ op: "upper" }),
        before: (search) => next({ op: "before", text: literal("before", search) }),
        after: (search) => next({ op: "after", text: literal("after", search) }),
        slice: (start, end) =>
          next({ op: "slice", start: bound(start), end: end === undefined ? undefined : bound(end) }),
        replaceDigits: (by) => next({ op: "replaceDigits", text: literal("replaceDigits", by) }),
        concat: (tail) => next({ op: "concat", text: literal("concat", tail) }),
        startsWith: (search) => test("startsWith", search),
        endsWith: (search) => test("endsWith", search),
        includes: (search) => test("includes", search),
        equals: (other) => test("equals", other),
        get length() {
          return lengthOf(operations);
        },
      },
      operations,
      "string",
    );
  };

  const answer = fn(text([]));
  const program = programs.get(answer);
  if (program === undefined) {
    const got = Object(answer) === answer ? `another ${typeof answer}` : String(answer);
    throw new TypeError(
      `${name}: the function must return what it makes of the text it is given, got ${got}`,
    );
  }
  const { length } = program.operations;
  if (length === recorded) return program;
  throw new TypeError(
    `${name}: the result must hold all operations that the function records, ${recorded}, got ${length}: ` +
      `chain them; for two predicates use two filters`,
  );
}
