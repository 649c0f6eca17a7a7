import { closeSync, openSync, writeSync } from "node:fs";
import { LineBuffer } from "./line-buffer.ts";
import type { PeerOptions } from "./peer.ts";

/** The output of peers that never wait: a call returns when its bytes are the system's. */
export class LineFileSync {
  readonly #descriptor: number;
  readonly #watch: PeerOptions["watch"];
  readonly #buffer = new LineBuffer();

  constructor({ output, watch }: Pick<PeerOptions, "output" | "watch">) {
    this.#descriptor = openSync(output, "w");
    this.#watch = watch;
  }

  /** Adds a line, and writes when enough has gathered. */
  add(line: string): void {
    if (this.#buffer.add(line)) return;
    this.flush();
    this.#buffer.add(line);
  }

  /** Writes what has gathered. */
  flush(): void {
    const bytes = this.#buffer.take();
    if (bytes.length === 0) return;
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at, bytes.length - at);
    this.#watch.wrote(bytes.length);
  }

  /** Writes what is left and closes the file. */
  end(): void {
    this.flush();
    closeSync(this.#descriptor);
  }
}
