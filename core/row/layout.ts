/**
 * Where the fields of a row stand in memory.
 *
 * A scanned row is `rowWords` 32-bit words in the columns part of its arena: a header, then one cell for each
 * field that the schema names, in depth-first order. Cells do not hold values, they say where these stand:
 *
 * ```text
 * header: [start] [end] [fault | flags << 8] [detail]      byte offsets of the record in the pool's memory
 * cell:   [offset] [kind << 24 | length] [payload: 8 bytes]
 * ```
 *
 * The payload of a number is its double; of a string its dictionary code + 1, or 0 while nobody has asked for it.
 */

/** Words before the first cell of a row. */
export const HEADER_WORDS = 4;
/** Words of one cell. */
export const CELL_WORDS = 4;
/** Header word that holds the fault code in its low 8 bits and {@link RowFlag} above. */
export const FLAGS_WORD = 2;
/** Header word that says where a fault was found: a byte offset in the record, or a cell for `schema`. */
export const DETAIL_WORD = 3;
/** Longest value, and so the longest record, that a cell can describe: 16 MiB − 1. */
export const MAX_LENGTH_bytes: number = 2 ** 24 - 1;

/** What stands in a cell. Values are the bits of {@link Cell.accepts}. */
export const Kind = {
  missing: 0,
  null: 1,
  false: 2,
  true: 3,
  /** A JSON number; payload = its double. */
  number: 4,
  /** An integer beyond ±(2^53 − 1), in a cell with `integers: "int64"`: the digits, no payload. */
  int64: 5,
  /** Printable ASCII without escapes; offset and length exclude the quotes. */
  ascii: 6,
  /** Valid UTF-8 with non-ASCII, without escapes; offset and length exclude the quotes. */
  utf8: 7,
  /** A string that holds escapes (JSON `\`, CSV `""`); offset and length exclude the outer quotes. */
  escaped: 8,
  /** A JSON object, from `{` to `}`. */
  object: 9,
  /** A JSON array, from `[` to `]`. */
  array: 10,
  /** A computed text that stands in no memory of ours: its field has it, for this row alone. */
  held: 11,
} as const;

/** Bit set of every kind that reads as a string. */
export const STRING_KINDS: number = (1 << Kind.ascii) | (1 << Kind.utf8) | (1 << Kind.escaped);
/** Bit set of every kind. */
export const ANY_KIND: number = (1 << 11) - 1;

/** Why a scanner refused a record; 0 is a good row. */
export const ScanFault = {
  none: 0,
  /** Not JSON, or JSON but no object. */
  json: 1,
  /** Bytes that are not UTF-8. */
  utf8: 2,
  /** Nested deeper than {@link MAX_DEPTH}. */
  depth: 3,
  /** Longer than the arena: detail is not set, the bytes kept are a prefix. */
  tooLong: 4,
  /** A field's kind is not one that the schema allows; detail = the cell. */
  schema: 5,
  /** An integer beyond 2^53 in a named field; detail = the cell. */
  int64: 6,
  /** A CSV record whose quotes are wrong. */
  csv: 7,
} as const;

/** Codes of {@link ScanFault} as the dead letter names them, by number. */
export const SCAN_FAULT_CODES: readonly string[] = [
  "none",
  "json",
  "utf8",
  "depth",
  "too-long",
  "schema",
  "int64",
  "csv",
];

/** Bits above the fault code in the header's flags word. */
export const RowFlag: { readonly irregular: number } = {
  /** A name stands twice, or a named one was written with escapes: the encoder must not splice this row. */
  irregular: 1 << 8,
};

/** Deepest nesting of a record, its own braces included. */
export const MAX_DEPTH = 128;

/** What a schema says of a number that is an integer beyond 2^53. */
export type Integers = "fault" | "double" | "int64";

/** One named field, wherever it is nested. */
interface Cell {
  /** Dotted path from the row: `"ctx.ip"`. */
  readonly path: string;
  /** Last part of the path. */
  readonly name: string;
  /** Cell of the object that holds this field, or −1 when that is the row itself. */
  readonly parent: number;
  /** Allowed kinds as bits `1 << kind`; looked at only when the parent is there. */
  readonly accepts: number;
  readonly integers: Integers;
}

/** The names of one object of the layout. `cells` and `children` go by the position in `names`. */
export interface LayoutNode {
  readonly names: readonly string[];
  readonly cells: readonly number[];
  /** Set where the schema names fields inside this one. */
  readonly children: readonly (LayoutNode | undefined)[];
}

/**
 * Columns of one format, made from its schema once. Immutable.
 *
 * @internal
 */
export interface Layout {
  readonly cells: readonly Cell[];
  readonly root: LayoutNode;
  /** 32-bit words of one row: a multiple of 4. */
  readonly rowWords: number;
}

/**
 * The layout of one run: a format's, to which operators add cells while they are planned.
 *
 * @internal
 */
export interface OpenLayout extends Layout {
  /**
   * The cell of a member of the record, which is added when the schema doesn't name it: whoever writes the row leaves
   * that member out, and so has to know where it stands.
   *
   * @returns −1 once the layout is sealed and there is none.
   */
  watch(name: string): number;
  /**
   * Adds a cell that no scanner fills: an operator does.
   *
   * @param accepts The kinds that it may hold, {@link Kind.missing} among them.
   * @returns −1 once the layout is sealed.
   */
  compute(accepts: number): number;
  /** No cell is added any more: rows are scanned from now on. */
  seal(): void;
}

/** Copies a layout for one run. */
export function openLayout({ cells: given, root: { names, cells: places, children } }: Layout): OpenLayout {
  const cells = [...given];
  const root = { names: [...names], cells: [...places], children: [...children] };
  let sealed = false;
  const add = (name: string, accepts: number): number =>
    sealed ? -1 : cells.push({ path: name, name, parent: -1, accepts, integers: "double" }) - 1;
  return {
    cells,
    root,
    get rowWords() {
      return HEADER_WORDS + CELL_WORDS * cells.length;
    },
    watch: (name) => {
      const known = root.names.indexOf(name);
      if (known >= 0) return root.cells[known] as number;
      const cell = add(name, ANY_KIND);
      if (cell < 0) return cell;
      root.names.push(name);
      root.cells.push(cell);
      root.children.push(undefined);
      return cell;
    },
    compute: (accepts) => add("", accepts),
    seal: () => {
      sealed = true;
    },
  };
}

/** A field as {@link layoutOf} takes it. */
export interface LayoutField {
  readonly accepts: number;
  readonly integers?: Integers;
  /** Named fields of an object. */
  readonly fields?: Readonly<Record<string, LayoutField>> | ReadonlyMap<string, LayoutField>;
}

/**
 * Lays the named fields out as cells, depth first, in the order given.
 *
 * @param fields By name. A Map keeps names like `__proto__` that an object literal swallows.
 */
export function layoutOf(
  fields: ReadonlyMap<string, LayoutField> | Readonly<Record<string, LayoutField>>,
): Layout {
  const cells: Cell[] = [];
  const walk = (level: NonNullable<LayoutField["fields"]>, prefix: string, parent: number): LayoutNode => {
    const names: string[] = [];
    const indexes: number[] = [];
    const children: (LayoutNode | undefined)[] = [];
    const entries = level instanceof Map ? level : new Map(Object.entries(level));
    for (const [name, field] of entries as ReadonlyMap<string, LayoutField>) {
      const cell = cells.length;
      const path = prefix + name;
      cells.push({ path, name, parent, accepts: field.accepts, integers: field.integers ?? "fault" });
      names.push(name);
      indexes.push(cell);
      children.push(field.fields === undefined ? undefined : walk(field.fields, `${path}.`, cell));
    }
    return { names, cells: indexes, children };
  };
  const root = walk(fields, "", -1);
  return { cells, root, rowWords: HEADER_WORDS + CELL_WORDS * cells.length };
}
