// The laws of operators must be able to fail: each of them does, for an operator that is broken in the way it forbids.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type } from "arktype";
import { type FullStep, type Operator, passing, type Scope, type Step } from "../operator.ts";
import { own } from "../row/own.ts";
import type { Shape } from "../row/shape.ts";
import type { BoundaryScope } from "../run/scope.ts";
import { linesOf } from "./law-inputs.ts";
import { operatorLaws } from "./operator-laws.ts";

const Row = type({ n: "number", text: "string" });
type Row = typeof Row.infer;
const rows: Row[] = [1, 2, 3, 4, 5].map((n) => ({ n, text: "x".repeat(n) }));

/** How the operator's step is made; `trip` is its callback, which throws for some rows. */
type Make = (next: FullStep<Row>, scope: Scope, trip: (row: Row) => void, shape: Shape) => Step<Row>;

/** A right operator: keeps the odd rows. */
const right: Make = (next, scope, trip) => {
  const keeps = scope.guard((row: Row) => {
    trip(row);
    return row.n % 2 === 1;
  });
  return {
    row: (row) => {
      if (keeps(row)) next.row(row);
      else scope.count.dropped += 1;
    },
  };
};

const odd = (given: readonly Row[]): Row[] => given.filter(({ n }) => n % 2 === 1);

/** Laws that do not hold, of those whose names begin so, and all that there are. */
async function failures(make: Make, law = "") {
  const laws = new Map<string, () => Promise<void>>();
  const of = (trip: (row: Row) => void): Operator<Row, Row> =>
    passing<Row>("odd", (next, scope, shape) => make(next, scope, trip, shape), {
      encodes: make === keepsArena,
    });
  operatorLaws(
    (name, check) => laws.set(name, check),
    "it",
    () => of(() => {}),
    odd,
    {
      rows,
      schema: Row,
      throwing: of,
    },
  );
  const failed: string[] = [];
  for (const [name, check] of laws) {
    if (name.startsWith(`it: ${law}`)) await check().catch(() => failed.push(name));
  }
  return { failed, all: [...laws.keys()] };
}

/** An operator around the right one. */
const around =
  (change: (step: Step<Row>, next: FullStep<Row>, scope: Scope, shape: Shape) => Partial<Step<Row>>): Make =>
  (next, scope, trip, shape) => {
    const step = right(next, scope, trip, shape);
    return { ...step, ...change(step, next, scope, shape) };
  };

/** Takes an arena of the pool, and gives it back at the end of the input only. */
const keepsArena: Make = around((_, next, scope) => {
  const arena = (scope as BoundaryScope).parts.arena();
  return {
    end: () => {
      arena.release();
      next.end();
    },
  };
});

/** Drops a row that does not lie where the one before ended: plain rows are numbered, lines have bytes. */
const noticesGaps: Make = around(({ row }, _, { meta, count }, shape) => {
  let behind = 0;
  return {
    row: (given) => {
      if (meta.offset === behind) row(given);
      else count.dropped += 1;
      behind = meta.offset + (shape.kind === "plain" ? 1 : linesOf([own(given)]).length);
    },
  };
});

let runs = 0;

/** Which law an operator breaks that is wrong in one way. */
const WRONG: Readonly<Record<string, readonly [law: string, make: Make]>> = {
  "another answer": ["no row, one, many", (next) => ({ row: (row) => next.row(row) })],
  "a count that is wrong": [
    "no row, one, many",
    around((_, next, { count }) => ({
      row: (row) => {
        if (row.n % 2 === 1) next.row(row);
        else count.dropped += 2;
      },
    })),
  ],
  "one row too many, of many": [
    "no row, one, many",
    around(({ row }, next) => {
      let seen = 0;
      return { row: (given) => (++seen === 2_002 ? next.row(given) : row(given)) };
    }),
  ],
  "faults that are none": [
    "no row, one, many",
    around(({ row }, _, scope) => ({
      row: (given) => (given.n === 2 ? scope.fault("invalid", "two", given) : row(given)),
    })),
  ],
  "a view is kept": [
    "no row, one, many (views)",
    around(({ row }, next) => {
      const kept: Row[] = [];
      return {
        row: (given) => {
          kept.push(given);
          row(given);
        },
        end: () => {
          for (const { n } of kept) if (n > 5) next.row({ n, text: "" });
          next.end();
        },
      };
    }),
  ],
  "a row is written to": [
    "no row, one, many (plain",
    around(({ row }) => ({
      row: (given) => {
        (given as { n: number }).n += 0;
        row(given);
      },
    })),
  ],
  "something is kept from run to run": [
    "can be run again",
    around(({ row }) => {
      const first = ++runs % 2 === 1;
      return { row: (given) => row(first ? given : { ...own(given), n: given.n + 1 }) };
    }),
  ],
  "a row is dropped behind one that did not come": ["a row that was refused before", noticesGaps],
  "two rows in one call": [
    "passes on one row a call",
    around((_, next, { count }) => {
      const waits: Row[] = [];
      return {
        row: (given) => {
          count.dropped += 1;
          if (given.n % 2 === 1) waits.push(own(given));
          if (waits.length < 2) return;
          for (const one of waits.splice(0)) {
            count.added += 1;
            next.row(one);
          }
        },
        end: () => {
          for (const one of waits) {
            count.added += 1;
            next.row(one);
          }
          next.end();
        },
      };
    }),
  ],
  "a row behind the end": [
    "passes on one row a call",
    around(({ row }, next) => {
      let last: Row | undefined;
      return {
        row: (given) => {
          if (last !== undefined) row(last);
          last = own(given);
        },
        end: () => {
          next.end();
          if (last !== undefined) row(last);
        },
      };
    }),
  ],
  "two rows in one step of what is pending": [
    "pauses after any row",
    around((_, next, { count, pending }) => {
      let waits: Row[] = [];
      const pass = function* () {
        const these = waits;
        waits = [];
        for (const one of these) {
          count.added += 1;
          next.row(one);
        }
        yield;
      };
      return {
        row: (given) => {
          count.dropped += 1;
          if (given.n % 2 === 1) waits.push(own(given));
          if (waits.length === 2) pending(pass());
        },
        end: () => {
          pending(pass());
          next.end();
        },
      };
    }),
  ],
  "an arena is kept when the run is cancelled": ["is cancelled at any row", keepsArena],
  "time runs back": [
    "passes on one row a call",
    around((_, next) => {
      let time_ms = 0;
      return { watermark: () => next.watermark(--time_ms) };
    }),
  ],
  "a throw is swallowed": [
    "a callback that throws",
    (next, scope, trip) => ({
      row: (row) => {
        try {
          trip(row);
        } catch {
          scope.count.dropped += 1;
          return;
        }
        if (row.n % 2 === 1) next.row(row);
        else scope.count.dropped += 1;
      },
    }),
  ],
  "a throw is another's": [
    "a callback that throws",
    (next, scope, trip) => ({
      row: (row) => {
        trip(row);
        if (row.n % 2 === 1) next.row(row);
        else scope.count.dropped += 1;
      },
    }),
  ],
  "batches are told apart": [
    "chunks and batch sizes",
    around(({ row }, _, { count }) => {
      let batches = 0;
      return {
        watermark: () => {
          batches += 1;
        },
        row: (given) => {
          if (batches < 3) row(given);
          else count.dropped += 1;
        },
      };
    }),
  ],
  "a row is dropped behind a record that is none": ["records that are no rows", noticesGaps],
  "objects that another operator made are not taken": [
    "plain rows may come",
    around(({ row }, _, { count }, shape) => ({
      row: (given) => {
        if (shape.kind === "plain" && !Object.isFrozen(given)) count.dropped += 1;
        else row(given);
      },
    })),
  ],
};

const tried = new Set<string>();
const broken = new Set<string>();

test("a right operator keeps all laws", async () => {
  const { failed, all } = await failures(right);
  assert.deepEqual(failed, []);
  for (const name of all) tried.add(name);
});

for (const [wrong, [law, make]] of Object.entries(WRONG)) {
  test(`wrong: ${wrong}`, async () => {
    const { failed } = await failures(make, law);
    for (const name of failed) broken.add(name);
    assert.notDeepEqual(failed, [], `"${law}" must fail`);
  });
}

test("there is no law that nothing breaks", () => {
  assert.deepEqual(
    [...tried].filter((name) => !broken.has(name)),
    [],
  );
});
