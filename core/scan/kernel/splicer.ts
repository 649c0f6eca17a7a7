import { CELL_WORDS, HEADER_WORDS } from "../../row/layout.ts";
import type { ViewShape } from "../../row/shape.ts";
import { type MemberEdit, viewEdits } from "../../row/view-edits.ts";
import type { EncodeRows } from "../format.ts";
import type { Kernel } from "./kernel.ts";
import { fieldSegments, type Segments, Texts } from "./segments.ts";

// Offsets as in source/splice.ts.
const PLAN_BYTES = 32;
const PLAN = { copies: 0, edits: 4, table: 8, here: 12, absent: 16, missing: 24 };
const WRITTEN = 7;
const EDIT_BYTES = 32;
const EDIT = { cell: 0, source: 4, where: 8, head: 12, headLength: 16, nameLength: 20 };
const SOURCE = { none: 0, cell: 1, segments: 2 };

/** Writes rows of a chunk as lines of JSON, many in one call. */
export interface Splicer {
  /** As {@link Encoder.encodeRows}. */
  readonly encodeRows: EncodeRows;
  readonly written: number;
}

/**
 * Makes the splicer of a shape: rows are copied from their records as bytes, with what was changed in between.
 *
 * @returns `undefined` when the shape's rows must be written one by one: no kernel, not JSON, or no room.
 */
export function splicerOf(shape: ViewShape): Splicer | undefined {
  const { memory, syntax } = shape.origin;
  const { kernel } = memory;
  if (kernel === undefined || syntax !== "json") return undefined;
  const { copies, edits, placed } = viewEdits(shape);
  if (!placed) return undefined;
  const segments: Segments[] = [];
  const texts = Texts.create(kernel);
  const plan = texts && writePlan(kernel, shape, copies, edits, texts, segments);
  if (texts === undefined || plan === undefined) return undefined;
  const { i32 } = kernel;
  return {
    encodeRows: (chunk, rows, from, to, _into, at, end) => {
      const { columns, words } = chunk;
      i32[(plan >> 2) + WRITTEN] = at;
      texts.select(rows, from, to);
      let limit = to - from;
      for (let i = 0; i < segments.length; i++) limit = (segments[i] as Segments).fill(chunk, limit);
      if (limit === 0) return 0;
      return kernel.spliceRows(plan, columns << 2, words << 2, texts.selection, limit, at, end);
    },
    get written() {
      return (i32[(plan >> 2) + WRITTEN] as number) >>> 0;
    },
  };
}

function writePlan(
  kernel: Kernel,
  shape: ViewShape,
  copies: boolean,
  edits: readonly MemberEdit[],
  texts: Texts,
  segments: Segments[],
): number | undefined {
  const { i32, u8 } = kernel;
  const plan = kernel.allocate(PLAN_BYTES);
  const table = kernel.allocate(EDIT_BYTES * edits.length);
  const lists = kernel.allocate(2 * EDIT_BYTES * edits.length);
  if (plan === 0 || table === 0 || lists === 0) return undefined;
  const set = (at: number, value: number): void => {
    i32[at >> 2] = value;
  };
  const cellAt = (cell: number) => 4 * (HEADER_WORDS + CELL_WORDS * cell);
  set(plan + PLAN.copies, copies ? 1 : 0);
  set(plan + PLAN.edits, edits.length);
  set(plan + PLAN.table, table);
  set(plan + PLAN.here, lists);
  const absent = lists + EDIT_BYTES * edits.length;
  set(plan + PLAN.absent, absent);
  set(plan + PLAN.missing, edits.length);
  for (const [i, edit] of edits.entries()) {
    const at = table + EDIT_BYTES * i;
    const { cell, field, head, name_bytes } = edit;
    const bytes = kernel.allocate(head.length);
    if (bytes === 0) return undefined;
    u8.set(head, bytes);
    set(at + EDIT.cell, cell < 0 ? 0 : cellAt(cell));
    set(at + EDIT.head, bytes);
    set(at + EDIT.headLength, head.length);
    set(at + EDIT.nameLength, name_bytes);
    if (field === undefined) set(at + EDIT.source, SOURCE.none);
    else if (field.cell !== undefined) {
      set(at + EDIT.source, SOURCE.cell);
      set(at + EDIT.where, cellAt(field.cell));
    } else {
      const made = fieldSegments(kernel, shape, edit, field, texts);
      if (made === undefined) return undefined;
      segments.push(made);
      set(at + EDIT.source, SOURCE.segments);
      set(at + EDIT.where, made.at);
    }
  }
  // Where nothing is copied all members are added, in this order.
  u8.copyWithin(absent, table, table + EDIT_BYTES * edits.length);
  return plan;
}
