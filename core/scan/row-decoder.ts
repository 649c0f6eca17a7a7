import { fieldChecks, fieldColumns, wrongIn } from "../row/checks.ts";
import {
  CELL_WORDS,
  DETAIL_WORD,
  FLAGS_WORD,
  HEADER_WORDS,
  Kind,
  type Layout,
  openLayout,
  SCAN_FAULT_CODES,
  ScanFault,
} from "../row/layout.ts";
import { own, put } from "../row/own.ts";
import type { Rule } from "../row/rule.ts";
import type { SchemaPlan } from "../row/schema.ts";
import { fieldAt, type PlainShape, type ViewShape } from "../row/shape.ts";
import { type Syntax, shortly, shown } from "../row/text-value.ts";
import { decodeView } from "../row/view.ts";
import type { DecodeContext, Decoder, Refusal } from "./format.ts";
import type { MakeScanner } from "./scanner.ts";

// Not fatal: what is shown of a refused record may be no UTF-8.
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What a format adds to the decoder that all of them share. */
export interface RowFormat {
  readonly name: string;
  readonly syntax: Syntax;
  readonly makeScanner: MakeScanner;
  readonly layout: Layout;
  /** The schema; none: rows are whatever the records say. */
  readonly plan: SchemaPlan | undefined;
}

/**
 * Opens a format for reading. Rows are views where the schema's columns say all there is; where it makes other
 * objects of them, or there is none, they are plain objects.
 */
export function rowDecoder(format: RowFormat, context: DecodeContext): Decoder {
  const { plan, syntax } = format;
  const layout = openLayout(format.layout);
  const view = decodeView(layout, plan?.types ?? new Map(), { ...context, syntax });
  const scanner = () => {
    layout.seal();
    return format.makeScanner(layout, context.memory);
  };
  let refused: Refusal = { code: "schema", message: "" };
  const refuse = (message: string): undefined => {
    refused = { code: "schema", message };
    return undefined;
  };
  const base = { layout, scanner, refusal: () => refused, explain: () => explain(format, context) };
  if (plan?.exact) {
    const rule = plan.rule!;
    const fields = rule.sorts ? undefined : fieldChecks(plan.members, view.fields, true);
    // What the scanner could check is checked: nothing is left in the most common case.
    if (!rule.sorts && [...plan.members.values()].every((member) => member.rule.kindsOnly)) {
      return { ...base, shape: view, row: view.view, columns: () => {} };
    }
    const check = fields ?? (() => (rule.test(view.view()) ? undefined : wrongIn(rule, own(view.view()))));
    const row = () => {
      const wrong = check();
      return wrong === undefined ? view.view() : refuse(wrong);
    };
    const columns = fields && fieldColumns(plan.members, view, fields, true);
    return { ...base, shape: view, row, ...(columns && { columns }) };
  }
  const whole = syntax === "json" ? wholeRecord(view) : () => own(view.view());
  if (plan === undefined) return { ...base, shape: { kind: "plain" }, row: whole };
  const keepsView = !plan.transforms && plan.members.size > 0;
  const shape: PlainShape = { kind: "plain", types: plan.types };
  const row = () => {
    const result = plan.validate(whole());
    if ("message" in result) return refuse(result.message);
    return keepsView ? view.view() : result.value;
  };
  return { ...base, shape: keepsView ? view : shape, row };
}

/** Reads the record under the cursor as `JSON.parse` does, unnamed fields too; int64 fields as bigint. */
function wholeRecord({ origin: { layout, memory, cursor }, fields }: ViewShape): () => object {
  const big = layout.cells.filter(({ integers }) => integers === "int64");
  const reads = big.map(({ path }) => ({ path: path.split("."), get: fieldAt(fields, path)!.get }));
  return () => {
    const { u8, u32 } = memory;
    const row = JSON.parse(strict.decode(u8.subarray(u32[cursor.base]!, u32[cursor.base + 1]!)));
    for (const { path, get } of reads) {
      const value = get();
      if (typeof value === "bigint") putAt(row, path, value);
    }
    return row;
  };
}

function putAt(row: unknown, path: readonly string[], value: unknown): void {
  let at = row as Record<string, unknown> | undefined;
  for (const name of path.slice(0, -1)) at = at?.[name] as Record<string, unknown> | undefined;
  if (typeof at === "object" && at !== null) put(at, path.at(-1)!, value);
}

/** Says in words why the scanner refused the record under the cursor. */
function explain(format: RowFormat, { memory: { u8, u32 }, cursor }: DecodeContext): Refusal {
  const fault = u32[cursor.base + FLAGS_WORD]! & 0xff;
  const detail = u32[cursor.base + DETAIL_WORD]!;
  const code = SCAN_FAULT_CODES[fault] ?? "unknown";
  return new Explanation(code, () => explained(format, fault, detail, u8, u32, cursor.base));
}

/** Its words are made when they are read: a run that only counts faults asks for the code alone. */
class Explanation implements Refusal {
  readonly code: string;
  readonly #say: () => string;

  constructor(code: string, say: () => string) {
    this.code = code;
    this.#say = say;
  }

  get message(): string {
    return this.#say();
  }
}

function explained(
  format: RowFormat,
  fault: number,
  detail: number,
  u8: Uint8Array,
  u32: Uint32Array,
  base: number,
): string {
  const start = u32[base]!;
  const near = () => {
    const end = u32[base + 1]!;
    if (start + detail >= end) return "it ends there";
    return shortly(lenient.decode(u8.subarray(start + detail, Math.min(end, start + detail + 400))));
  };
  switch (fault) {
    case ScanFault.utf8:
      return `the record holds bytes that are not UTF-8, at byte ${detail}`;
    case ScanFault.depth:
      return "the record is nested deeper than 128 levels";
    case ScanFault.tooLong:
      return "the record is longer than an arena";
    case ScanFault.csv:
      return `the record has wrong quotes, or not as many fields as the header, at byte ${detail}`;
    case ScanFault.schema:
    case ScanFault.int64:
      return explainCell(format, detail, fault, u8, u32, base);
    default:
      return `the record is not a JSON object: it goes wrong at byte ${detail}: ${near()}`;
  }
}

function explainCell(
  { layout, plan, syntax }: RowFormat,
  cell: number,
  fault: number,
  u8: Uint8Array,
  u32: Uint32Array,
  base: number,
): string {
  const at = base + HEADER_WORDS + CELL_WORDS * cell;
  const path = layout.cells[cell]?.path ?? "a field";
  const kind = u32[at + 1]! >>> 24;
  const quotes = syntax === "json" && kind >= Kind.ascii && kind <= Kind.escaped ? 1 : 0;
  const from = u32[at]! - quotes;
  const length = (u32[at + 1]! & 0xff_ffff) + 2 * quotes;
  const text = shortly(lenient.decode(u8.subarray(from, from + Math.min(length, 400))));
  const found = kind === Kind.missing ? "missing" : syntax === "csv" ? shown(text) : text;
  if (fault === ScanFault.int64) {
    return `${path} is an integer beyond ±(2^53 − 1), which a number cannot hold exactly (was ${found}): name it in int64, or say numbers: "double"`;
  }
  const words = ruleAt(plan, path)?.words ?? "what the schema says";
  return `${path} must be ${words} (was ${found})`;
}

function ruleAt(plan: SchemaPlan | undefined, path: string): Rule | undefined {
  const find = (members: SchemaPlan["members"] | undefined, rest: string): Rule | undefined => {
    for (const [name, { rule }] of members ?? []) {
      if (name === rest) return rule;
      const inner = rest.startsWith(`${name}.`) ? find(rule.members, rest.slice(name.length + 1)) : undefined;
      if (inner !== undefined) return inner;
    }
    return undefined;
  };
  return find(plan?.members, path);
}
