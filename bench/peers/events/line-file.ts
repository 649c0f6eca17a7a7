import { type FileHandle, open } from "node:fs/promises";
import { LineBuffer } from "./line-buffer.ts";
import type { PeerOptions } from "./peer.ts";

/** Where records are written, one a line. */
export class LineFile {
  readonly #file: FileHandle;
  readonly #watch: PeerOptions["watch"];
  #filling = new LineBuffer();
  #other = new LineBuffer();
  #written: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, watch: PeerOptions["watch"]) {
    this.#file = file;
    this.#watch = watch;
  }

  /** Opens the output. */
  static async open({ output, watch }: Pick<PeerOptions, "output" | "watch">): Promise<LineFile> {
    return new LineFile(await open(output, "w"), watch);
  }

  /**
   * Adds a line.
   *
   * @returns A promise only when the caller must wait: while one buffer is being written the other is filled.
   */
  add(line: string): Promise<void> | undefined {
    return this.#filling.add(line) ? undefined : this.#addToNext(line);
  }

  /** Adds lines, waiting where it must. */
  async addAll(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      const wait = this.add(line);
      if (wait !== undefined) await wait;
    }
  }

  /** Writes what is left and closes the file. */
  async end(): Promise<void> {
    await this.#flush();
    await this.#written;
    await this.#file.close();
  }

  async #addToNext(line: string): Promise<void> {
    await this.#flush();
    this.#filling.add(line);
  }

  async #flush(): Promise<void> {
    await this.#written;
    this.#written = this.#write(this.#filling.take());
    // A failure is told by the next flush, and must not be taken for unheard of until then.
    this.#written.catch(() => {});
    [this.#filling, this.#other] = [this.#other, this.#filling];
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at, null);
      at += bytesWritten;
    }
    this.#watch.wrote(bytes.length);
  }
}
