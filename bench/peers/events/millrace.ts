import { text } from "millrace";
import { runJob } from "./millrace-ends.ts";
import { eventsJob } from "./millrace-events.ts";
import { lettersJob } from "./millrace-letters.ts";
import type { PeerOptions, PeerResult } from "./peer.ts";

/** The pipeline by the public API, with text operations: they are data, and run on the bytes. */
export async function run(options: PeerOptions): Promise<PeerResult> {
  return await runJob(options, (ends) =>
    options.kind === "events"
      ? eventsJob(ends, {
          email: text("email", (t) => t.trim().toLowerCase()),
          url: text("url", (t) => t.before("?").replaceDigits(":id")),
        })
      : lettersJob(ends, {
          email: text("envelope.sender.mail", (t) => t.trim().toLowerCase()),
          url: text("link", (t) => t.before("?").replaceDigits(":id")),
        }),
  );
}
