import { Bug } from "../memory/assert.ts";
import type { FullStep } from "../operator.ts";
import { jsonText } from "../row/encode.ts";
import type { Refusal } from "../scan/format.ts";
import type { FaultQueue } from "./dead-letter.ts";
import { type Fault, FaultError, placeOf, RowFault } from "./fault.ts";
import type { RunOptions } from "./options.ts";
import type { Planner } from "./scope.ts";
import type { Segment } from "./segment.ts";

/** Rows before which `faults.stopAbove` is not judged. */
const SAMPLE = 1_000;

/** Counts what became of the rows of one run, and sends faults where they belong. */
export class Ledger implements Pick<Planner, "fault" | "late" | "threw"> {
  /** Records read, bad ones included. */
  readonly read: { rows: number } = { rows: 0 };
  /** Records that never became rows. */
  refusals = 0;
  lates = 0;
  /** Faults by code. */
  readonly faults: Record<string, number> = {};
  /** Set when a dead letter is named; then also the segments that it is made of. */
  queue: FaultQueue | undefined;
  readonly deadLetter: Set<Segment> = new Set<Segment>();
  readonly #options: RunOptions;
  readonly #scopes: Planner["scopes"];
  readonly #fail: (cause: unknown) => void;
  /** Set where nobody takes a fault, so that many can be counted at once. */
  readonly counted: ((code: string, more: number) => void) | undefined;
  /** Nobody takes a fault: it need not be made. */
  readonly #onlyCounts: boolean;
  #faulty = 0;

  constructor(options: RunOptions, scopes: Planner["scopes"], fail: (cause: unknown) => void) {
    this.#options = options;
    this.#onlyCounts = options.deadLetter === "drop";
    // `stopAbove` is judged fault by fault.
    if (this.#onlyCounts && options.faults?.stopAbove === undefined)
      this.counted = (code, more) => this.#count(code, more);
    this.#scopes = scopes;
    this.#fail = fail;
  }

  /** Rows that became rows: what reaches the first operator. */
  readonly rows = (): number => this.read.rows - this.refusals;

  /** The record under way is no row. */
  refused(segment: Segment, operator: string, refusal: Refusal, bytes: Uint8Array): void {
    this.refusals += 1;
    const { code } = refusal;
    if (this.#onlyCounts) {
      this.#count(code, 1);
      return;
    }
    const { message } = refusal;
    const { source, partition, offset } = segment.meta;
    this.#fault(segment, { code, message, operator, source, partition, offset, bytes: bytes.slice() });
  }

  readonly fault: Planner["fault"] = (segment, code, message, operator, row, cause) => {
    if (this.#onlyCounts) this.#count(code, 1);
    else {
      const about = cause === undefined ? { code, message, operator } : { code, message, operator, cause };
      this.#fault(segment, { ...whereabouts(segment, row), ...about });
    }
  };

  readonly late: Planner["late"] = (
    segment: Segment,
    message: string,
    operator: string,
    row: unknown,
    taker: FullStep<unknown> | undefined,
  ) => {
    this.lates += 1;
    if (taker !== undefined) taker.row(row);
    else this.queue?.push({ ...whereabouts(segment, row), code: "late", message, operator }, segment.token);
  };

  readonly threw = (segment: Segment, thrown: unknown, row?: unknown): void => {
    if (thrown instanceof Bug) {
      this.#fail(thrown);
      return;
    }
    const operator = thrown instanceof RowFault ? thrown.operator : "pipeline";
    const cause = thrown instanceof RowFault ? thrown.cause : thrown;
    const said = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    const scope = this.#scopes.find(({ name }) => name === operator);
    if (scope !== undefined) {
      scope.faults += 1;
      scope.count.dropped += 1;
    }
    const message = `${operator}: a function of the job failed: ${said}`;
    this.#fault(segment, { ...whereabouts(segment, row), code: "callback", message, operator, cause });
  };

  #fault(segment: Segment, fault: Fault): void {
    // A fault of the dead letter itself has nowhere to go.
    if (this.deadLetter.has(segment)) {
      this.#fail(new FaultError(`the dead letter refused a fault: ${fault.message} [${fault.code}]`, fault));
      return;
    }
    if (this.queue !== undefined) this.queue.push(fault, segment.token);
    else if (!this.#onlyCounts) {
      const said = `${placeOf(fault)}: ${fault.message} [${fault.code}]; name a deadLetter to go on`;
      this.#fail(new FaultError(said, fault));
    }
    this.#count(fault.code, 1);
  }

  #count(code: string, more: number): void {
    this.#faulty += more;
    this.faults[code] = (this.faults[code] ?? 0) + more;
    this.judge(false);
  }

  /** Stops the run when `faults.stopAbove` says so. */
  judge(end: boolean): void {
    const share = this.#options.faults?.stopAbove;
    const { rows } = this.read;
    if (share === undefined || this.#faulty === 0 || (!end && rows < SAMPLE)) return;
    if (this.#faulty <= share * rows) return;
    const said = `${this.#faulty} of ${rows} rows are faults, more than faults.stopAbove = ${share} allows`;
    this.#fail(new RangeError(`Run stopped: ${said}`));
  }
}

/** Where the row under way comes from, and its bytes: those of its record, or of a row that no source holds its JSON. */
function whereabouts(
  segment: Segment,
  row: unknown,
): Pick<Fault, "source" | "partition" | "offset" | "bytes"> {
  const { source, partition, offset, partitionIndex } = segment.meta;
  const came = partitionIndex < 0 ? undefined : segment.feeder?.record?.();
  return { source, partition, offset, bytes: jsonBytes(came ?? row) };
}

const ENCODER = new TextEncoder();

function jsonBytes(row: unknown): Uint8Array {
  if (row instanceof Uint8Array) return row.slice();
  try {
    return ENCODER.encode(jsonText(row) ?? "");
  } catch {
    return ENCODER.encode(String(row));
  }
}
