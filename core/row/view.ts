import { type CellContext, cellField } from "./cell-field.ts";
import type { LayoutNode, OpenLayout } from "./layout.ts";
import { OWN, own, put } from "./own.ts";
import type { ColumnType, Cursor, Field, Origin, ViewShape } from "./shape.ts";
import { wholeString } from "./whole-string.ts";

/** By what `console.log` finds a text of its own, on all three runtimes. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

/**
 * Makes the shape of rows that are views over a layout's columns.
 *
 * The view is one plain object for the whole run. Its getters read the row under the cursor, so it is valid during
 * the call that it is given to. It has no setters and takes no new names. Arrays and objects whose fields the schema
 * does not name are parsed at each read: a fresh value, the reader's to keep.
 *
 * @param layout Which fields there are.
 * @param types What is known of their values, by path, beyond what the layout says.
 */
export function decodeView(
  layout: OpenLayout,
  types: ReadonlyMap<string, ColumnType>,
  context: Omit<Origin, "layout">,
): ViewShape {
  const origin: Origin = { ...context, layout };
  const fields = fieldsOf(layout.root, { ...context, layout, types }, context.verify);
  return viewShape(fields, origin, true, new Set());
}

/** The fields of one object of the layout, by name. */
function fieldsOf(node: LayoutNode, context: CellContext, verify: boolean): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  for (let i = 0; i < node.names.length; i++) {
    const child = node.children[i];
    const inner = child === undefined ? undefined : fieldsOf(child, context, verify);
    const nested = inner === undefined ? undefined : viewMaker(inner, context.cursor, verify);
    fields.set(node.names[i]!, cellField(context, node.cells[i]!, inner, nested));
  }
  return fields;
}

function viewShape(
  fields: ReadonlyMap<string, Field>,
  origin: Origin,
  unnamed: boolean,
  gone: ReadonlySet<string>,
  key?: readonly string[],
): ViewShape {
  const view = viewMaker(fields, origin.cursor, origin.verify);
  return { kind: "view", fields, origin, unnamed, gone, view, ...(key && { key }) };
}

/** Gives the view of the row under the cursor: always the same object, or a new one a row under `verify`. */
function viewMaker(fields: ReadonlyMap<string, Field>, cursor: Cursor, verify: boolean): () => object {
  if (!verify) {
    const view = viewOf(fields, undefined);
    return () => view;
  }
  let epoch = -1;
  let view: object | undefined;
  return () => {
    if (view === undefined || epoch !== cursor.epoch) {
      epoch = cursor.epoch;
      view = viewOf(fields, checked(cursor, cursor.epoch));
    }
    return view;
  };
}

function checked(cursor: Cursor, epoch: number): (name: string) => void {
  return (name) => {
    if (cursor.epoch === epoch) return;
    throw new Error(
      `Cannot read field "${name}": the row was kept past the call that it was valid in; keep own(row) instead`,
    );
  };
}

/** Makes the object. Own enumerable getters: as fast as a prototype's, and spread and `Object.keys` see them. */
function viewOf(fields: ReadonlyMap<string, Field>, check: ((name: string) => void) | undefined): object {
  const view = {};
  for (const [name, { get }] of fields) {
    const guarded = () => {
      check?.(name);
      return get();
    };
    Object.defineProperty(view, name, { get: check === undefined ? get : guarded, enumerable: true });
  }
  const copyOut = () => {
    for (const name of fields.keys()) check?.(name);
    return ownFields(fields);
  };
  Object.defineProperty(view, OWN, { value: copyOut });
  Object.defineProperty(view, INSPECT, { value: copyOut });
  return Object.preventExtensions(view);
}

function ownFields(fields: ReadonlyMap<string, Field>): object {
  const row: Record<string, unknown> = {};
  for (const [name, field] of fields) {
    const value = field.get();
    if (value === undefined && field.optional === true) continue;
    // What a function gave may be a part of what it read, and that a part of a group of rows.
    if (typeof value === "string" && field.others !== undefined) put(row, name, wholeString(value));
    else put(row, name, typeof value === "object" ? own(value) : value);
  }
  return row;
}

/** What an operator changes about a view's fields. Names are the row's own, not paths. */
export interface ViewChanges {
  /** New or replaced fields. */
  readonly set?: ReadonlyMap<string, Field>;
  readonly omit?: readonly string[];
  /** Only these fields, in this order; nothing that the schema doesn't name. */
  readonly select?: readonly string[];
  /** New names by old ones. All at once: two fields can change places. */
  readonly rename?: ReadonlyMap<string, string>;
}

/** Makes the shape behind an operator that changes fields: `rename` first, then `select`, `omit`, `set`. */
export function extendView(shape: ViewShape, changes: ViewChanges): ViewShape {
  const gone = new Set(shape.gone);
  let fields = new Map(shape.fields);
  if (changes.rename !== undefined) {
    const renamed = new Map<string, Field>();
    const taken = new Set(changes.rename.values());
    for (const [name, field] of fields) {
      const to = changes.rename.get(name);
      if (to !== undefined) renamed.set(to, field);
      else if (!taken.has(name)) renamed.set(name, field);
    }
    for (const [from, to] of changes.rename) gone.add(from).add(to);
    fields = renamed;
  }
  if (changes.select !== undefined) {
    const selected = changes.select.flatMap((name): [string, Field][] => {
      const field = fields.get(name);
      return field === undefined ? [] : [[name, field]];
    });
    fields = new Map(selected);
  }
  for (const name of changes.omit ?? []) {
    fields.delete(name);
    gone.add(name);
  }
  for (const [name, field] of changes.set ?? []) {
    fields.set(name, field);
    gone.add(name);
  }
  const unnamed = shape.unnamed && changes.select === undefined;
  return viewShape(fields, shape.origin, unnamed, gone, keyAfter(shape.key, fields, changes));
}

/** The key lives on while all its fields do, and none of them is computed anew. */
function keyAfter(
  key: readonly string[] | undefined,
  fields: ReadonlyMap<string, Field>,
  { rename, set }: ViewChanges,
): readonly string[] | undefined {
  const after = key?.map((path) => {
    const [head, ...rest] = path.split(".") as [string, ...string[]];
    return [rename?.get(head) ?? head, ...rest].join(".");
  });
  const whole = after?.every((path) => {
    const head = path.split(".")[0]!;
    return fields.has(head) && !set?.has(head);
  });
  return whole ? after : undefined;
}
