import type { FullStep, Scope } from "../operator.ts";

/** What is given out together: a window's groups. */
export interface Portion {
  /** Called when its turn has come: slots in the order in which their rows go. */
  readonly slots: () => readonly number[];
  /** Makes the row of a slot; `finish` follows also when this throws. */
  readonly row: (slot: number) => object;
  /** The slot's row is made. */
  readonly finish: (slot: number) => void;
}

const MORE: IteratorResult<void> = { done: false, value: undefined };
const DONE: IteratorResult<void> = { done: true, value: undefined };

/**
 * Gives rows out one a call, as `scope.pending` wants it, then calls `after`.
 *
 * A row that throws further down is a fault of that row only: the others follow. `after` has a call of its own that
 * is not the last, so that what it makes pending goes before what lies below.
 */
export function emission(
  scope: Scope,
  next: FullStep<never>,
  portions: readonly Portion[],
  after: () => void,
): Iterator<void> {
  const give = next.row as (row: object) => void;
  let at = 0;
  let slots: readonly number[] | undefined;
  let place = 0;
  let over = false;

  const one = (portion: Portion, slot: number): void => {
    let row: object | undefined;
    try {
      try {
        row = portion.row(slot);
      } finally {
        portion.finish(slot);
      }
      scope.count.added += 1;
      give(row);
    } catch (cause) {
      scope.caught(cause, row);
    }
  };

  return {
    next: () => {
      while (at < portions.length) {
        const portion = portions[at] as Portion;
        slots ??= portion.slots();
        if (place < slots.length) {
          const slot = slots[place++] as number;
          one(portion, slot);
          return MORE;
        }
        slots = undefined;
        place = 0;
        at += 1;
      }
      if (over) return DONE;
      over = true;
      after();
      return MORE;
    },
    // Called when nobody wants the rows any more: the run ends, and with it everything that is kept.
    return: () => {
      at = portions.length;
      over = true;
      return DONE;
    },
  };
}
