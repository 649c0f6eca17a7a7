import { textColumn } from "../scan/kernel/text-column.ts";
import { boundCall, type Column } from "./column.ts";
import type { MissingOf, PathOf } from "./path.ts";
import { readPath } from "./shape.ts";
import { evaluate } from "./text-program.ts";
import { recordText, type Text, type TextLength, type TextPredicate } from "./text-recorder.ts";
import { shown } from "./text-value.ts";

/**
 * What a recorded text, predicate or length gives for a row.
 *
 * @internal
 */
export type TextValue<V> = V extends Text ? string : V extends TextPredicate ? boolean : number;

/**
 * Operations on a text field: a value for `derive`, or a predicate for `filter`.
 *
 * `fn` is called once, now, with a {@link Text} that records what is done to it; nothing of it is called for a row. So
 * it can't look at values: it returns the text that it was given, with operations chained to it, and all that it
 * records must be part of that. At most 32 operations, and strings of at most 1,024 characters as their arguments.
 *
 * Where String has a method of that name, the answer is exactly its, for all Unicode, lone surrogates too. A field that
 * is missing or null gives `undefined`, from predicates too: `filter` drops such a row, with `not()` as without.
 *
 * What it costs: on fields that stand in a record of JSON, a loop over their bytes in the kernel, and JavaScript for the few
 * texts that JSON must escape or whose characters need tables; elsewhere once for each distinct string, or once a row. What
 * these operations do not say is for an ordinary function, of the row or in `column`, which is as welcome anywhere.
 *
 * @typeParam Row Row type.
 * @param field Dotted path of a field that holds a string. Any other value is a fault of that row.
 * @param fn Returns a text, a predicate or a length, made from the text that it is given.
 * @returns A column of strings, of true and false, or of numbers.
 * @throws {TypeError} When an argument is of the wrong type, `fn` returns anything else, or the result lacks an
 *   operation that was recorded.
 * @throws {RangeError} When there are too many operations, a string is too long, or a bound of `slice` is not whole.
 *
 * @example Tidy what people typed, keep what looks like an address
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, derive, filter, from, pipe, text } from "millrace";
 *
 * const rows = pipe(
 *   from([{ email: " Ada@Example.org" }, { email: "none" }]),
 *   filter(text("email", (t) => t.includes("@"))),
 *   derive({ email: text("email", (t) => t.trim().toLowerCase()) }),
 * );
 * assert.deepEqual(await collect(rows), [{ email: "ada@example.org" }]);
 * ```
 *
 * @example Before and after
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, derive, from, pipe, text } from "millrace";
 *
 * const rows = pipe(
 *   from([{ url: "/users/17?tab=2" }, { url: "/users" }]),
 *   derive({
 *     route: text("url", (t) => t.before("?").replaceDigits(":id")),
 *     query: text("url", (t) => t.after("?")),
 *     size: text("url", (t) => t.length),
 *   }),
 * );
 * assert.deepEqual(await collect(rows), [
 *   { url: "/users/17?tab=2", route: "/users/:id", query: "tab=2", size: 15 },
 *   { url: "/users", route: "/users", query: "", size: 6 },
 * ]);
 * ```
 */
export function text<Row, const P extends PathOf<Row, string>, V extends Text | TextPredicate | TextLength>(
  field: P,
  fn: (text: Text) => V,
): Column<Row, TextValue<V> | MissingOf<Row, P>> {
  if (typeof field !== "string") throw new TypeError(`text: the field must be a path, was ${shown(field)}`);
  if (typeof fn !== "function")
    throw new TypeError(`text(${JSON.stringify(field)}): a function must say what to do, was ${shown(fn)}`);
  const program = recordText(field, fn);
  const read = readPath(field);
  const apply = (value: unknown): string | boolean | number | undefined => {
    if (typeof value === "string") return evaluate(program, value);
    if (value === undefined || value === null) return undefined;
    throw new TypeError(`${field} must be a string (was ${shown(value)})`);
  };
  return {
    reads: [field],
    value: (row) => apply(read(row)) as TextValue<V> | MissingOf<Row, P>,
    bind: (shape) =>
      textColumn(shape, field, program, apply) ?? boundCall(shape, field, apply, program.result),
  };
}
