import { type Operator, planned, type Step } from "../operator.ts";
import { compileChecks } from "../row/checks.ts";
import { ASIDE, CHUNK_rows, type Chunk, moveTo } from "../row/chunk.ts";
import { byteLane } from "../row/lane.ts";
import { own } from "../row/own.ts";
import type { AllKeys, Extend } from "../row/path.ts";
import type { ColumnType, Field, PlainShape, Shape } from "../row/shape.ts";
import type { InferInput, InferOutput, Schema } from "../row/standard-schema.ts";

type RequiredKeys<T> = T extends unknown
  ? { [K in keyof T]-?: {} extends Pick<T, K> ? never : K }[keyof T]
  : never;
/**
 * The schema, when rows have every field that it demands; else an error that names the first it lacks.
 *
 * @internal
 */
type Covered<Row, S extends Schema> =
  RequiredKeys<InferInput<S>> extends AllKeys<Row>
    ? S
    : `the row has no field '${Exclude<RequiredKeys<InferInput<S>>, AllKeys<Row>> & string}'`;

/**
 * Passes on the rows that a schema accepts; the others are faults `invalid`. Fields that it does not name stay.
 *
 * What JSON Schema can say of the schema is checked on the columns, a text rule once for each distinct string. What it
 * cannot say is left to the schema's own `validate`, on a copy of the row; when that makes other values, rows behind
 * are plain objects with these in place.
 *
 * @param schema A Standard Schema that validates synchronously: arktype, zod, valibot …
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, from, pipe, validate } from "millrace";
 * import { type } from "arktype";
 *
 * const rows = pipe(from([{ n: 1, s: "a" }, { n: -1, s: "b" }]), validate(type({ n: "number >= 0" })));
 * assert.deepEqual(await collect(rows, { deadLetter: "drop" }), [{ n: 1, s: "a" }]);
 * ```
 */
export function validate<Row, S extends Schema>(
  schema: Covered<Row, S>,
): Operator<Row, Extend<Row, InferOutput<S>>> {
  type Out = Extend<Row, InferOutput<S>>;
  return planned<Row, Out>("validate", (scope, shape) => {
    const { check, columns, transforms, output, types } = compileChecks(schema as S, shape);
    const known: PlainShape = { kind: "plain", types, ...(shape.key && { key: shape.key }) };
    const behind: Shape = transforms ? known : narrowed(shape, types);
    return {
      shape: behind,
      open: (next) => {
        const call = scope.guard(check);
        const counter = scope.faultCounter?.("invalid");
        const byColumns =
          counter && columns && refusing(shape, columns, check as () => string | undefined, counter);
        return {
          ...(byColumns ?? (columns && { columns })),
          row: (row) => {
            const wrong = call(row);
            if (wrong !== undefined) scope.fault("invalid", wrong, row);
            else if (transforms) next.row({ ...(own(row) as object), ...(output() as object) } as Out);
            else next.row(row as Out);
          },
        };
      },
    };
  });
}

/**
 * Drops the rows that are wrong, where nobody wants to hear more of them than how many there were.
 *
 * @param columns Sets rows aside that may be wrong.
 * @param check What is wrong with the row under the cursor.
 */
function refusing(
  shape: Shape,
  columns: (chunk: Chunk) => void,
  check: () => string | undefined,
  counter: { dropped: number },
): Pick<Step<unknown>, "columns" | "drops"> {
  if (shape.kind === "plain") return {};
  const { cursor, memory } = shape.origin;
  const before = byteLane(memory.kernel, CHUNK_rows);
  let mark = 0;
  return {
    drops: counter,
    columns: (chunk) => {
      const { aside, find } = chunk;
      mark ||= chunk.dropper(counter);
      before.values.set(aside);
      columns(chunk);
      const many = find.marked(chunk, before, ASIDE);
      for (let i = 0; i < many; i++) {
        const row = find.found[i] as number;
        moveTo(cursor, chunk, row);
        try {
          if (check() === undefined) continue;
        } catch {
          // The long way throws it again, where it can be told whose it is.
          continue;
        }
        aside[row] = mark;
        chunk.dropped += 1;
      }
    },
  };
}

/** The same rows, of which more is known. */
function narrowed(shape: Shape, types: ReadonlyMap<string, ColumnType>): Shape {
  if (shape.kind === "plain") return { ...shape, types: new Map([...(shape.types ?? []), ...types]) };
  const fields = new Map<string, Field>();
  for (const [name, field] of shape.fields) {
    const type = types.get(name) ?? field.type;
    fields.set(name, type === undefined ? field : { ...field, type });
  }
  return { ...shape, fields };
}
