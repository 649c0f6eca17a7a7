import assert from "node:assert/strict";
import { test } from "node:test";
import { createLineCutter } from "./lines.ts";

const TEXT = '\ufeff{"a":1}\r\n\n \t\r\nZoë ✈\n{"b":2}\nlast';
const LINES = ['{"a":1}\r', "Zoë ✈", '{"b":2}', "last"];

function cut(bytes: Uint8Array, block_bytes: number): string[] {
  const taken: string[] = [];
  const lines = createLineCutter({
    onLine: (line) => taken.push(line),
    onFault: (fault) => taken.push(fault),
  });
  // One block for all, as a reader has it.
  const block = new Uint8Array(block_bytes);
  for (let at = 0; at < bytes.length; at += block_bytes) {
    const piece = bytes.subarray(at, at + block_bytes);
    block.set(piece);
    lines.push(block.subarray(0, piece.length));
  }
  lines.end();
  return taken;
}

test("lines: the same wherever the blocks end", () => {
  const bytes = new TextEncoder().encode(TEXT);
  for (let block_bytes = 3; block_bytes <= bytes.length; block_bytes++) {
    assert.deepEqual(cut(bytes, block_bytes), LINES, `blocks of ${block_bytes}`);
  }
});

test("lines: one that is not UTF-8 is refused alone", () => {
  const bytes = Buffer.concat([Buffer.from("é\n"), Buffer.from([0x61, 0xff, 0x0a]), Buffer.from("ü\n")]);
  for (let block_bytes = 1; block_bytes <= bytes.length; block_bytes++) {
    assert.deepEqual(cut(bytes, block_bytes), ["é", "utf8", "ü"], `blocks of ${block_bytes}`);
  }
});

test("lines: one of a mebibyte is taken, one byte more is refused", () => {
  const most = "x".repeat(1_048_576);
  const bytes = Buffer.from(`a\n${most}\nb\n${most}y\nc\n${most}${most}`);
  const told = cut(bytes, 65_536).map((line) => (line.length > 10 ? line.length : line));
  assert.deepEqual(told, ["a", 1_048_576, "b", "too-long", "c", "too-long"]);
});
