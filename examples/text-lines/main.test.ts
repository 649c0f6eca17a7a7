// Web streams between operators: the program, what it falls back to, and Deno's TextLineStream where JSR can be reached.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { collect, from, pipe, type TransformPair, through } from "millrace";
import { plainLineStream } from "./line-stream.ts";

const folder = mkdtempSync(join(tmpdir(), "text-lines-"));
after(() => rmSync(folder, { recursive: true }));

const TEXT = "one\r\ntwo ✈ ünï\n\n\r\nrest\rof it\nlast";
const LINES = ["one", "two ✈ ünï", "", "", "rest\rof it", "last"];
const bytes = new TextEncoder().encode(TEXT);

type Bytes = Uint8Array<ArrayBuffer>;
/** In pieces of so many bytes: cut inside of characters, and between CR and LF. */
const pieces = (size: number): Bytes[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size));

async function linesOf(make: () => TransformPair<string, string>, size: number): Promise<string[]> {
  const decoded = pipe(
    from(pieces(size)),
    through(() => new TextDecoderStream()),
  );
  return await collect(pipe(decoded, through(make)));
}

function run(...args: string[]) {
  const program = fileURLToPath(new URL("./main.ts", import.meta.url));
  // Without a look at the network: a test must not wait for one.
  const runtime = "Deno" in globalThis ? ["run", "-A", "--cached-only"] : [];
  const options = { encoding: "utf8", timeout: 20_000 } as const;
  return spawnSync(process.execPath, [...runtime, program, ...args], options);
}

test("text-lines: numbered lines on standard output", () => {
  const file = join(folder, "text");
  writeFileSync(file, bytes);
  const { status, stdout, stderr } = run(file);
  assert.equal(status, 0, stderr);
  const expected = LINES.map((text, i) => `${JSON.stringify({ line: i + 1, text })}\n`).join("");
  assert.equal(stdout, expected);
  if (stderr !== "") assert.match(stderr, /^text-lines: @std\/streams cannot be reached, .*\n$/);
});

test("text-lines: one clear line for a file that is not there", () => {
  const { status, stdout, stderr } = run(join(folder, "none"));
  assert.deepEqual([status, stdout], [1, ""]);
  assert.match(stderr, /(^|\n)text-lines: .*ENOENT.*\n$/);
});

test("through: a plain TransformStream, at every cut", async () => {
  for (let size = 1; size <= bytes.length; size++) {
    assert.deepEqual(await linesOf(plainLineStream, size), LINES, `pieces of ${size}`);
  }
});

test("through: the standard streams: CompressionStream, DecompressionStream, TextDecoderStream", async () => {
  for (const format of ["gzip", "deflate", "deflate-raw"] as const) {
    const packed = pipe(
      from(pieces(5)),
      through(() => new CompressionStream(format)),
    );
    const unpacked = pipe(
      packed,
      through(() => new DecompressionStream(format)),
      through(() => new TextDecoderStream()),
    );
    assert.notDeepEqual(Buffer.concat(await collect(packed)), Buffer.from(bytes));
    assert.equal((await collect(unpacked)).join(""), TEXT);
  }
});

test("through: TextLineStream of @std/streams", async () => {
  // A variable: what is imported by its literal name aborts a whole test run where JSR is out of reach.
  const name = "@std/streams";
  type Streams = { readonly TextLineStream: new () => TransformPair<string, string> };
  const { TextLineStream } = await import(name).then(
    (streams: Streams) => streams,
    (cause: Error): Partial<Streams> => {
      const [why] = cause.message.split("\n");
      console.error(`\n*** NOT TESTED: ${name} is on JSR, which cannot be reached from here: ${why}\n`);
      return {};
    },
  );
  if (TextLineStream === undefined) return;
  for (let size = 1; size <= bytes.length; size++) {
    assert.deepEqual(await linesOf(() => new TextLineStream(), size), LINES, `pieces of ${size}`);
  }
});
