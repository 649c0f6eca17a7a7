// Offsets of everything that lives in the kernel's part of the pool's memory. The same names and numbers stand in
// ../tables.ts; a test compares the two.

/** One scanner. */
export const SCAN_ROW_BYTES: usize = 0;
export const SCAN_CELLS: usize = 4;
export const SCAN_ROOT: usize = 8;
/** First cell table: accepts, integers, parent by cell, 16 bytes each. */
export const SCAN_CELL_TABLE: usize = 12;
/** Open objects, the record's own first. */
export const SCAN_OPEN: usize = 16;
/** Kinds of the containers being skipped, a byte each. */
export const SCAN_LEVELS: usize = 20;
/** Row numbers that JavaScript must finish. */
export const SCAN_PENDING: usize = 24;
export const SCAN_PENDING_COUNT: usize = 28;
export const SCAN_CONSUMED: usize = 32;
export const SCAN_BLANK: usize = 36;
/** Cells that must be there. */
export const SCAN_REQUIRED: usize = 40;
/** Records scanned in earlier calls. */
export const SCAN_ROWS: usize = 44;
/** What {@link plainEnd} compares with, a byte each. */
export const SCAN_COMPARED: usize = 48;

/** An object that is not at its end. */
export const OPEN_SHIFT: usize = 4;
export const OPEN_ENTRY: usize = 0;
export const OPEN_START: usize = 4;
export const OPEN_NODE: usize = 8;

export const CELL_ACCEPTS: usize = 0;
export const CELL_INTEGERS: usize = 4;
export const CELL_PARENT: usize = 8;
export const CELL_TABLE_SHIFT: usize = 4;

/** A name at its place in the layout, or a name that records have and the layout doesn't. */
export const ENTRY_PATTERN: usize = 0;
export const ENTRY_MASK: usize = 16;
/** Bytes from the start of the row to the cell; 0, the header, where there is none. */
export const ENTRY_CELL: usize = 32;
/** Kinds that the schema takes, as bits; {@link REQUIRED}; the highest: integers beyond 2^53 are doubles. */
export const ENTRY_ACCEPTS: usize = 36;
/** Bit of a value that must be there. */
export const REQUIRED: u32 = 16;
/** Entry that came after this one in the last object. */
export const ENTRY_FOLLOW: usize = 40;
/** Node of the names inside, or 0. */
export const ENTRY_CHILD: usize = 44;
/** Bytes of the name; −1: none can be it. */
export const ENTRY_LENGTH: usize = 48;
/** Further blocks of 16 bytes behind the first: pattern and mask in turn. */
export const ENTRY_BLOCKS: usize = 52;
export const ENTRY_MORE: usize = 56;
/** Bytes of the last string or number, or NO_SPAN; how often it was another length than the one before it. */
export const ENTRY_SPAN: usize = 60;
export const ENTRY_STRIKES: usize = 64;
/** Not foreseen: no value is as long. */
export const NO_SPAN: i32 = -1;

/** The names of one object. */
export const NODE_TABLE: usize = 0;
export const NODE_MASK: usize = 4;
export const NODE_SEED: usize = 8;
export const NODE_OPEN: usize = 12;
/** Entries by hash for names that the layout doesn't have. */
export const NODE_LEARNED: usize = 16;

export const LEARNED_MOST: i32 = 32;
export const LEARNED_BYTES: usize = 208;
/** Longest name that is learned: four blocks with its quote and colon. */
export const LEARNED_NAME: i32 = 62;

export const HEADER_BYTES: usize = 16;
export const MAX_DEPTH: i32 = 128;
export const MAX_LENGTH: i32 = (1 << 24) - 1;

export const MISSING: i32 = 0;
export const NULL: i32 = 1;
export const FALSE: i32 = 2;
export const TRUE: i32 = 3;
export const NUMBER: i32 = 4;
export const INT64: i32 = 5;
export const ASCII: i32 = 6;
export const UTF8: i32 = 7;
export const ESCAPED: i32 = 8;
export const OBJECT: i32 = 9;
export const ARRAY: i32 = 10;

export const FAULT_JSON: i32 = 1;
export const FAULT_UTF8: i32 = 2;
export const FAULT_TOO_LONG: i32 = 4;
export const FAULT_SCHEMA: i32 = 5;
export const FAULT_INT64: i32 = 6;
/** Not a fault: JavaScript must scan this record. */
export const FAULT_PENDING: i32 = 255;

export const INTEGERS_FAULT: i32 = 0;
