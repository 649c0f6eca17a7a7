/** A record that could not be processed, with all that is needed to look into it and to replay it. */
export interface Fault {
  /** What rule was broken: `"json"`, `"schema"`, `"invalid"`, `"late"` … */
  readonly code: string;
  /** The action, the rule and the value found, in words. */
  readonly message: string;
  /** Operator that refused the row; the format's name for a record that never became one. */
  readonly operator: string;
  /** Name of the source. */
  readonly source: string;
  /** `""` for a row that no source holds, such as a window's. */
  readonly partition: string;
  /** Where the record begins in its partition, −1 where there is no such place. */
  readonly offset: number;
  /** The record as it came; of one that was too long, its beginning. A row that no source holds: its JSON. */
  readonly bytes: Uint8Array;
  /** What a user's function threw. */
  readonly cause?: unknown;
}

/** What a run rejects with when a fault has nowhere to go: no dead letter is named, or it refused the fault itself. */
export class FaultError extends Error {
  /** Always `"FaultError"`. */
  override readonly name = "FaultError";
  /** The record, and what was wrong with it. */
  readonly fault: Fault;

  /**
   * For the run loop.
   *
   * @internal
   */
  constructor(message: string, fault: Fault) {
    super(message, fault.cause === undefined ? undefined : { cause: fault.cause });
    this.fault = fault;
  }
}

/** What {@link Scope.guard} throws: a user's function failed on the row under way. */
export class RowFault extends Error {
  override readonly name = "RowFault";
  readonly operator: string;

  constructor(operator: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.operator = operator;
  }
}

/** A place in words: `events.ndjson at 1024`. */
export function placeOf(fault: Fault): string {
  if (fault.partition === "") return fault.source;
  return fault.offset < 0 ? fault.partition : `${fault.partition} at ${fault.offset}`;
}
