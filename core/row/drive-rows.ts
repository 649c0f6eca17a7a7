import type { Decoder, Encoder, Format, Refusal } from "../scan/format.ts";
import type { Memory } from "../scan/scanner.ts";
import { Chunk } from "./chunk.ts";
import { FLAGS_WORD } from "./layout.ts";
import { type Cursor, createCursor, type Shape } from "./shape.ts";

/** For tests: a format opened over bytes that are all there. */
export interface Driven {
  readonly decoder: Decoder;
  readonly memory: Memory;
  readonly cursor: Cursor;
  /** Goes to each record in turn: gives its row, or why there is none. */
  readonly rows: () => Generator<Driving>;
  /** Scans the whole as one chunk. */
  readonly chunk: () => Chunk;
}

/** One record: its row, or its refusal. */
interface Driving {
  readonly row?: unknown;
  readonly refusal?: Refusal;
}

function plainMemory(size_bytes: number): Memory {
  const buffer = new ArrayBuffer(size_bytes);
  return { u8: new Uint8Array(buffer), u32: new Uint32Array(buffer), f64: new Float64Array(buffer) };
}

/**
 * For tests: opens a format over `text`, which is scanned whole when rows are asked for, as the run loop would: shapes can
 * be made of the decoder's before that.
 */
export function drive(
  format: Format<unknown, never>,
  text: string,
  verify = false,
  makeMemory = plainMemory,
): Driven {
  const bytes = new TextEncoder().encode(text);
  const from = 16;
  const columns = Math.ceil((from + bytes.length + 16) / 16) * 4;
  const lines = text.split("\n").length;
  const cursor = createCursor();
  // Room for 200 cells a row.
  const memory = makeMemory(columns * 4 + lines * 204 * 16);
  memory.u8.set(bytes, from);
  const decoder = format.decoder({ memory, cursor, verify });
  return {
    decoder,
    memory,
    cursor,
    chunk: () => {
      const chunk = new Chunk(memory);
      const count = decoder.scanner().scan(from, from + bytes.length, columns, lines, true);
      chunk.begin(columns, decoder.layout.rowWords, count);
      return chunk;
    },
    *rows() {
      const count = decoder.scanner().scan(from, from + bytes.length, columns, lines, true);
      for (let i = 0; i < count; i++) {
        cursor.base = columns + i * decoder.layout.rowWords;
        cursor.epoch++;
        if ((memory.u32[cursor.base + FLAGS_WORD]! & 0xff) !== 0) {
          // Its words are made of the record under the cursor.
          const { code, message } = decoder.explain();
          yield { refusal: { code, message } };
          continue;
        }
        const row = decoder.row();
        yield row === undefined ? { refusal: decoder.refusal() } : { row };
      }
    },
  };
}

/** For tests: writes one row, and checks that too little room is noticed and kept to. */
export function encodeOne(encoder: Encoder<unknown>, row: unknown): string {
  const into = new Uint8Array(16_384).fill(0xee);
  const end = encoder.encode(row, into, 3, into.length);
  if (end < 0) throw new Error("the row does not fit in 16 KiB");
  const text = new TextDecoder("utf-8", { fatal: true }).decode(into.subarray(3, end));
  for (const short of new Set([0, 1, 2, (end - 3) >> 1, end - 4])) {
    if (short >= end - 3) continue;
    into.fill(0xee);
    const answer = encoder.encode(row, into, 3, 3 + short);
    if (answer !== -1)
      throw new Error(`the encoder said ${answer} for ${short} bytes, ${end - 3} are needed`);
    const beyond = into.findIndex((byte, i) => (i < 3 || i >= 3 + short) && byte !== 0xee);
    if (beyond !== -1) throw new Error(`the encoder wrote at ${beyond}, beyond ${3 + short}`);
  }
  return text;
}

/** For tests: the encoder of a format for a shape. */
export function encoderOf(format: Format<unknown, never>, shape: Shape, fresh = true): Encoder<unknown> {
  return format.encoder({ shape, fresh }) as Encoder<unknown>;
}
