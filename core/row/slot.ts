import type { Field } from "./shape.ts";

/** A field that an operator computes: its value is set once a row, before anybody reads it. */
export interface Slot {
  readonly field: Field;
  readonly set: (value: unknown) => void;
}

/**
 * Makes a place for one computed value a row. Numbers are not boxed.
 *
 * @param of What the value is computed from, when it is a function of a coded field alone: the slot then carries
 *   that field's code, so that others can keep results by it.
 */
export function slot(of?: Pick<Field, "code" | "type">): Slot {
  const number = new Float64Array(1);
  let isNumber = false;
  let other: unknown;
  return {
    field: {
      get: () => (isNumber ? number[0] : other),
      ...(of?.code && { code: of.code }),
      ...(of?.type && { type: of.type }),
    },
    set: (value) => {
      isNumber = typeof value === "number";
      if (isNumber) number[0] = value as number;
      else other = value;
    },
  };
}
