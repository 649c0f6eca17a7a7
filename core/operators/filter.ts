import { type Meta, type Operator, planned } from "../operator.ts";
import { ASIDE, type Chunk, type CodeColumn, forEachRow, moveTo } from "../row/chunk.ts";
import type { Column } from "../row/column.ts";
import { grown } from "../row/grown.ts";
import type { Cursor, ViewShape } from "../row/shape.ts";

/**
 * Keeps the rows for which `predicate` returns true.
 *
 * Rows are not moved or copied. One call a row, in order. On rows that were read by a format it may come before the
 * rows ahead have gone on, and a column is asked once for each distinct string. No operator behind sees what is dropped.
 *
 * @typeParam Row Row type, unchanged, or narrowed by a type predicate.
 * @param predicate Pure. Must not keep the row: it is valid only during the call. Or a column of true and false. What
 *   it throws is a fault of the row.
 *
 * @example Keep the even numbers
 * ```ts
 * import assert from "node:assert/strict";
 * import { collect, filter, from, pipe } from "millrace";
 *
 * assert.deepEqual(await collect(pipe(from([1, 2, 3, 4]), filter((n) => n % 2 === 0))), [2, 4]);
 * ```
 */
export function filter<Row>(predicate: Column<Row, boolean | undefined>): Operator<Row, Row>;
/** Keeps the rows that are of a narrower type. */
export function filter<Row, Kept extends Row>(
  predicate: (row: Row, meta: Meta) => row is Kept,
): Operator<Row, Kept>;
/** Keeps the rows for which a function returns true. */
export function filter<Row>(predicate: (row: Row, meta: Meta) => boolean): Operator<Row, Row>;
export function filter<Row>(predicate: Predicate<Row>): Operator<Row, Row> {
  return planned("filter", (scope, shape) => {
    const { meta, count } = scope;
    const { test, drop } = shape.kind === "view" ? onViews(predicate, shape, meta) : onPlain(predicate);
    const keeps = scope.guard(test);
    let mark = 0;
    const columns = (chunk: Chunk): void => {
      mark ||= chunk.dropper(count);
      chunk.dropped += drop?.(chunk, mark) ?? 0;
    };
    return {
      shape,
      open: (next) => ({
        ...(drop && { columns, drops: count }),
        row: (row) => {
          if (keeps(row, meta) === true) next.row(row);
          else count.dropped += 1;
        },
      }),
    };
  });
}

type Test<Row> = (row: Row, meta: Meta) => unknown;
type Predicate<Row> = Column<Row, boolean | undefined> | Test<Row>;
/** Marks the rows of a chunk that a test does not give true for, and counts them. */
type Drop = (chunk: Chunk, mark: number) => number;
interface Tests<Row> {
  /** The test of one row, which the cursor stands at. */
  readonly test: Test<Row>;
  readonly drop?: Drop;
}

function onPlain<Row>(predicate: Predicate<Row>): Tests<Row> {
  return { test: typeof predicate === "function" ? predicate : predicate.value };
}

function onViews<Row>(predicate: Predicate<Row>, shape: ViewShape, meta: Meta): Tests<Row> {
  const { view, origin } = shape;
  const { cursor } = origin;
  if (typeof predicate === "function") {
    return { test: predicate, drop: dropRows(cursor, view, (row) => predicate(row as Row, meta)) };
  }
  const { get, compute, computeAll, codes } = predicate.bind(shape);
  const drop = codes === undefined ? dropRows(cursor, view, get) : dropCodes(cursor, get, codes);
  return {
    test: () => {
      compute?.();
      return get();
    },
    drop: (chunk, mark) => {
      computeAll?.(chunk);
      return drop(chunk, mark);
    },
  };
}

function dropRows(cursor: Cursor, view: () => object, test: (row: object) => unknown): Drop {
  return (chunk, mark) => {
    const { aside, rows } = chunk;
    let many = 0;
    let row = 0;
    cursor.chunk = chunk;
    // As `forEachRow`, but for a call a row.
    while (row < rows) {
      try {
        for (; row < rows; row++) {
          if (aside[row] !== 0) continue;
          moveTo(cursor, chunk, row);
          if (test(view()) === true) continue;
          aside[row] = mark;
          many += 1;
        }
      } catch {
        aside[row++] = ASIDE;
      }
    }
    cursor.chunk = undefined;
    return many;
  };
}

/** Rows of the same code give the same: each code is tested once. */
function dropCodes(cursor: Cursor, test: () => unknown, codes: CodeColumn): Drop {
  const KEPT = 1;
  const DROPPED = 2;
  /** By code; 0 where it has not been tested. */
  let verdicts = new Uint8Array(256);
  return (chunk, mark) => {
    const of = codes.of(chunk);
    const { aside } = chunk;
    let many = 0;
    forEachRow(cursor, chunk, (row) => {
      const code = of[row] as number;
      if (code >= verdicts.length) verdicts = grown(verdicts, code + 1);
      let verdict = verdicts[code] as number;
      if (verdict === 0) {
        moveTo(cursor, chunk, row);
        verdict = test() === true ? KEPT : DROPPED;
        // 0 is the code of all that have none.
        if (code !== 0) verdicts[code] = verdict;
      }
      if (verdict === KEPT) return;
      aside[row] = mark;
      many += 1;
    });
    return many;
  };
}
