import type { Pool } from "../memory/pool.ts";
import { hasKernel, openKernel } from "../scan/kernel/kernel.ts";
import type { Memory } from "../scan/scanner.ts";
import { KERNEL_bytes, type RunOptions } from "./options.ts";

/**
 * Memory that the kernel of a run gets; 0 when it runs without one.
 *
 * @throws {Error} When the kernel is asked for by name and cannot be had.
 */
export function kernelBytes({ kernel }: RunOptions): number {
  if (kernel === "javascript") return 0;
  if (hasKernel()) return KERNEL_bytes;
  if (kernel === undefined) return 0;
  throw new Error('Cannot run: kernel "wasm" needs WebAssembly with SIMD, which this runtime does not have');
}

/** The pool's memory as scanners see it, with the kernel that was planned for. */
export function scanMemory({ u8, u32, f64, kernel }: Pool): Memory {
  const opened = kernel && openKernel(kernel.memory, kernel.from, kernel.to);
  return { u8, u32, f64, ...(opened && { kernel: opened }) };
}
