import type { Layout } from "../../row/layout.ts";
import type { MakeScanner, Memory, Scanner } from "../scanner.ts";
import { documentScanner, scanJsonDocument } from "../script/json-document.ts";
import { FRAME_WORDS } from "../script/json-document-elements.ts";
import { documentFrame } from "../script/json-document-frame.ts";
import { scanLinesOfJson } from "./json-scanner.ts";
import type { Kernel } from "./kernel.ts";

/**
 * Scans one JSON document in WebAssembly where that can be; else in plain JavaScript. Says of every document what
 * {@link scanJsonDocument} says.
 */
export const scanDocumentOfJson: MakeScanner = (layout, memory) =>
  (memory.kernel && kernelScanner(memory.kernel, layout, memory)) ?? scanJsonDocument(layout, memory);

/** Where the kernel finds the state of the frame at hand: one for all, which do not interleave. */
const stateIn = new WeakMap<Kernel, number>();

/** `undefined` when the kernel's memory has no room. */
function kernelScanner(kernel: Kernel, layout: Layout, memory: Memory): Scanner | undefined {
  const at = stateIn.get(kernel) ?? kernel.allocate(4 * FRAME_WORDS);
  if (at === 0) return undefined;
  stateIn.set(kernel, at);
  const { i32 } = kernel;
  const words = at >> 2;
  const frame = documentFrame(memory.u8, (state, from, to) => {
    i32.set(state, words);
    const end = kernel.frameElements(at, from, to) >>> 0;
    for (let i = 0; i < FRAME_WORDS; i++) state[i] = i32[words + i] as number;
    return end;
  });
  return documentScanner(layout.rowWords, memory, scanLinesOfJson(layout, memory), frame);
}
