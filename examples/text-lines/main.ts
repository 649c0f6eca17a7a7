// Web TransformStreams between operators: bytes → text → lines → numbered lines. Run: main.ts [FILE]
import { createReadStream } from "node:fs";
import { fileURLToPath } from "node:url";
import { from, map, ndjson, pipe, through, to } from "millrace";
import { writeFile } from "millrace/files";
import { main } from "millrace/terminal";
import { lineStream } from "./line-stream.ts";

const [path = fileURLToPath(import.meta.url)] = process.argv.slice(2);
const makeLines = await lineStream();
let number = 0;

const job = pipe(
  from(createReadStream(path) as AsyncIterable<Uint8Array<ArrayBuffer>>),
  through(() => new TextDecoderStream()),
  through(makeLines),
  map((text) => ({ line: ++number, text })),
  to(writeFile("-"), ndjson()),
);
await main(job, { name: "text-lines" });
