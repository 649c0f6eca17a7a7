const MAGIC = 0xfd2fb528;
/** Frames that hold no content: 0x184D2A50 … 0x184D2A5F. */
const SKIPPABLE = 0x184d2a50;

type Chunks = AsyncIterable<Uint8Array>;

/**
 * Splits zstd data (RFC 8878) into its frames, without decompressing.
 *
 * Needed because the runtimes' decompressors disagree on several frames in one stream, and none of them tells a cut
 * one. Frames that hold no content are left out. Each frame is to be read to its end before the next is asked for;
 * the pieces are the input's own memory.
 *
 * @throws What is wrong, when the data is no zstd or ends within a frame.
 */
export async function* zstdFrames(input: Chunks): AsyncGenerator<Chunks, void, undefined> {
  const pieces = input[Symbol.asyncIterator]();
  let piece = new Uint8Array(0);
  /** Whether a byte is there. */
  const more = async (): Promise<boolean> => {
    while (piece.length === 0) {
      const next = await pieces.next();
      if (next.done) return false;
      piece = next.value as Uint8Array<ArrayBuffer>;
    }
    return true;
  };
  /** Takes exactly so many bytes, in the pieces in which they come. */
  const take = async function* (count: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = count; left > 0; ) {
      if (!(await more())) throw new Error("unexpected end of file");
      const part = piece.subarray(0, left);
      piece = piece.subarray(part.length);
      left -= part.length;
      yield part;
    }
  };
  /** Takes a few bytes, copied together. */
  const header = async (count: number): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = new Uint8Array(count);
    let at = 0;
    for await (const part of take(count)) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  };

  const frame = async function* (magic: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    yield magic;
    const [descriptor = 0] = await header(1);
    yield Uint8Array.of(descriptor);
    yield* take(headerRest_bytes(descriptor));
    for (let last = false; !last; ) {
      const block = await header(3);
      yield block;
      const bits = number(block);
      last = (bits & 1) === 1;
      // A block of one byte repeated holds that byte, whatever its size says.
      yield* take(((bits >> 1) & 3) === 1 ? 1 : bits >> 3);
    }
    if ((descriptor & 4) !== 0) yield* take(4);
  };

  try {
    // A file of no bytes was never whole: its writer had not begun.
    do {
      const head = await header(4);
      const magic = number(head);
      if (magic === MAGIC) yield frame(head);
      else if ((magic & ~0xf) >>> 0 !== SKIPPABLE) throw new Error("no zstd frame begins here");
      else for await (const _ of take(number(await header(4))));
    } while (await more());
  } finally {
    await pieces.return?.();
  }
}

/** Bytes of a frame's header behind its descriptor: window, dictionary, size of the content. */
function headerRest_bytes(descriptor: number): number {
  const single = (descriptor >> 5) & 1;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const content = [single, 2, 4, 8][descriptor >> 6] ?? 0;
  return 1 - single + dictionary + content;
}

/** Reads an unsigned number, little end first. */
function number(bytes: Uint8Array): number {
  return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
}
