/** Most operations of one program. */
export const MOST_OPERATIONS = 32;
/** Longest string that an operation can be given, in UTF-16 units. */
export const LONGEST_LITERAL = 1_024;

/**
 * One operation on a text, as data. Offsets and lengths count UTF-16 units, as String's do.
 *
 * - `slice`: bounds lie within 32 bits, which no string is longer than; `end` is `undefined` for the text's own.
 * - `replaceDigits`: every run of ASCII digits becomes `text`.
 * - `not`: negates the predicate before it.
 */
export type TextOperation =
  | { readonly op: "trim" | "lower" | "upper" }
  | { readonly op: "before" | "after" | "concat" | "replaceDigits"; readonly text: string }
  | { readonly op: "slice"; readonly start: number; readonly end: number | undefined }
  | { readonly op: "startsWith" | "endsWith" | "includes" | "equals"; readonly text: string }
  | { readonly op: "not" | "length" };

/**
 * What is done to a text: operations, each on the result of the one before. Only the last ones end it: a predicate
 * with any number of `not` behind it, or `length`.
 *
 * It is data, frozen, so that whoever runs it can choose how: {@link evaluate} says what the answer must be.
 */
export interface TextProgram {
  readonly operations: readonly TextOperation[];
  /** What it ends in: a text, a predicate or a length. */
  readonly result: "string" | "boolean" | "integer";
}

/** Runs a program on one string. */
export function evaluate({ operations, result }: TextProgram, given: string): string | boolean | number {
  let text = given;
  let holds = false;
  for (let i = 0; i < operations.length; i++) {
    const operation = operations[i] as TextOperation;
    switch (operation.op) {
      case "trim":
        text = text.trim();
        break;
      case "lower":
        text = text.toLowerCase();
        break;
      case "upper":
        text = text.toUpperCase();
        break;
      case "before": {
        const at = text.indexOf(operation.text);
        if (at >= 0) text = text.slice(0, at);
        break;
      }
      case "after": {
        const at = text.indexOf(operation.text);
        text = at < 0 ? "" : text.slice(at + operation.text.length);
        break;
      }
      case "slice":
        text = text.slice(operation.start, operation.end);
        break;
      case "replaceDigits":
        text = text.replace(/[0-9]+/g, () => operation.text);
        break;
      case "concat":
        text += operation.text;
        break;
      case "startsWith":
        holds = text.startsWith(operation.text);
        break;
      case "endsWith":
        holds = text.endsWith(operation.text);
        break;
      case "includes":
        holds = text.includes(operation.text);
        break;
      case "equals":
        holds = text === operation.text;
        break;
      case "not":
        holds = !holds;
        break;
      case "length":
        return text.length;
    }
  }
  return result === "boolean" ? holds : text;
}
