// What is wrong with two bytes in a row, as bits; by the nibbles of both. From Keiser and Lemire, "Validating UTF-8 in
// less than one instruction per byte" (2021), figure 2.

const TOO_SHORT = 1 << 0;
const TOO_LONG = 1 << 1;
const OVERLONG_3 = 1 << 2;
const TOO_LARGE = 1 << 3;
const SURROGATE = 1 << 4;
const OVERLONG_2 = 1 << 5;
const TOO_LARGE_1000 = 1 << 6;
const OVERLONG_4 = 1 << 6;
const TWO_CONTS = 1 << 7;
const CARRY = TOO_SHORT | TOO_LONG | TWO_CONTS;
const FAR = CARRY | TOO_LARGE | TOO_LARGE_1000;

const times = (count: number, value: number): number[] => new Array(count).fill(value);

const BYTE_1_HIGH = [
  ...times(8, TOO_LONG),
  ...times(4, TWO_CONTS),
  TOO_SHORT | OVERLONG_2,
  TOO_SHORT,
  TOO_SHORT | OVERLONG_3 | SURROGATE,
  TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4,
];
const BYTE_1_LOW = [
  CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4,
  CARRY | OVERLONG_2,
  ...times(2, CARRY),
  CARRY | TOO_LARGE,
  ...times(8, FAR),
  FAR | SURROGATE,
  ...times(2, FAR),
];
const CONTINUED = TOO_LONG | OVERLONG_2 | TWO_CONTS;
const BYTE_2_HIGH = [
  ...times(8, TOO_SHORT),
  CONTINUED | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4,
  CONTINUED | OVERLONG_3 | TOO_LARGE,
  ...times(2, CONTINUED | SURROGATE | TOO_LARGE),
  ...times(4, TOO_SHORT),
];
/** A low nibble; what is taken from a byte so that its top bit tells the lead of three bytes, and of four; that bit. */
const TOLD_BY = [0x0f, 0x60, 0x70, 0x80];
/** A quote, a backslash, a space: what the bytes of strings are compared with. */
const STRINGS = [0x22, 0x5c, 0x20];

/** The kernel's tables of UTF-8 and strings, as source/utf8.ts reads them. */
export const UTF8_TABLES: Uint8Array = Uint8Array.from([
  ...BYTE_1_HIGH,
  ...BYTE_1_LOW,
  ...BYTE_2_HIGH,
  ...TOLD_BY,
  ...STRINGS,
]);
