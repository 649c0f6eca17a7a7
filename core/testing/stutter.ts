import { type Operator, passing } from "../operator.ts";
import type { BoundaryScope } from "../run/scope.ts";
import { holds } from "./same.ts";

/**
 * Makes an operator behind which there is never room for more than one row: the loop pauses after every row, in the
 * middle of batches and of what is pending, and goes on a few turns later.
 */
export function stutter<Row>(): Operator<Row, Row> {
  return passing<Row>("stutter", (next, scope) => {
    const boundary = scope as BoundaryScope;
    let held = 0;
    return {
      row: (row) => {
        holds(held === 0, "a row came while there was no room");
        boundary.hold();
        held += 1;
        // A timer of no length lets everything else go first.
        const resume = () => {
          held -= 1;
          boundary.resume();
        };
        if (held % 16 === 0) setTimeout(resume, 0);
        else void Promise.resolve().then(resume);
        next.row(row);
      },
    };
  });
}
