import type { TransformPair } from "millrace";

interface StandardStreams {
  readonly TextLineStream: new () => TransformPair<string, string>;
}

/**
 * What makes a stream of text one of lines: `TextLineStream` of Deno's standard library, or, where that cannot be had,
 * a plain `TransformStream` that does the same.
 *
 * `@std/streams` is on JSR only. Deno fetches it when it is asked for (`deno.json` maps the name); on Node and Bun it
 * is there after `npx jsr add @std/streams`.
 */
export async function lineStream(): Promise<() => TransformPair<string, string>> {
  // By a variable: what is imported by its literal name must be there before the program begins.
  const name = "@std/streams";
  try {
    const { TextLineStream } = (await import(name)) as StandardStreams;
    return () => new TextLineStream();
  } catch (cause) {
    const [why] = (cause as Error).message.split("\n");
    process.stderr.write(
      `text-lines: ${name} cannot be reached, a plain TransformStream does its work: ${why}\n`,
    );
    return plainLineStream;
  }
}

/** Splits text into lines that end with LF or CRLF; what follows the last line end is a line unless it is empty. */
export function plainLineStream(): TransformPair<string, string> {
  let rest = "";
  return new TransformStream<string, string>({
    transform: (text, controller) => {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? "";
      for (const line of lines) controller.enqueue(line);
    },
    flush: (controller) => {
      if (rest !== "") controller.enqueue(rest);
    },
  });
}
