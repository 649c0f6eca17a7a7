import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { column } from "../row/column.ts";
import { collect } from "../run/collect.ts";
import { from } from "../run/from.ts";
import { pipe } from "../run/pipe.ts";
import { operatorLaws } from "../testing/mod.ts";
import { filter } from "./filter.ts";

const Row = type({ id: "string", n: "number", "flag?": "boolean" });
type Row = typeof Row.infer;
const rows: Row[] = [
  { id: "a", n: 1 },
  { id: "b", n: 2, flag: true },
  { id: "a", n: 3, flag: false },
  { id: "c", n: 4 },
];
const even = (row: Row) => row.n % 2 === 0;

operatorLaws(
  test,
  "filter",
  () => filter(even),
  (given) => given.filter(even),
  {
    rows,
    schema: Row,
    throwing: (trip) =>
      filter((row) => {
        trip(row);
        return even(row);
      }),
  },
);

operatorLaws(
  test,
  "filter by a column",
  () => filter<Row>(column("id", (id: string) => id === "a")),
  (given) => given.filter(({ id }) => id === "a"),
  { rows, schema: Row },
);

operatorLaws(
  test,
  "filter by a column that may be missing",
  () => filter<Row>(column("flag", (flag: boolean | undefined) => flag)),
  (given) => given.filter(({ flag }) => flag === true),
  { rows, schema: Row },
);

test("filter: only true keeps a row", async () => {
  const odd = [true, 1, "yes", {}, false, undefined, null, 0] as unknown as boolean[];
  assert.deepEqual(
    await collect(
      pipe(
        from(odd),
        filter((value) => value),
      ),
    ),
    [true],
  );
});
