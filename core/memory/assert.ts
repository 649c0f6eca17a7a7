/** A defect in Millrace itself: never a fault of a row, always stops the run. Please report it. */
export class Bug extends Error {
  /** Always `"Bug"`. */
  override readonly name = "Bug";
}

/**
 * States what must be true inside Millrace. What users do wrong is a {@link TypeError}, a {@link RangeError} or
 * a fault, never an assertion.
 *
 * @param condition What must hold.
 * @param message What is wrong when it does not.
 * @throws {Bug} When `condition` is false.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Bug(`Millrace broke a rule of its own: ${message}`);
}
