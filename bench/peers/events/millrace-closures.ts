import { runJob } from "./millrace-ends.ts";
import { eventsJob } from "./millrace-events.ts";
import { lettersJob } from "./millrace-letters.ts";
import type { PeerOptions, PeerResult } from "./peer.ts";
import { emailOf, pageOf } from "./rules.ts";

/** The pipeline by the public API, with ordinary functions of the row for what text operations would do. */
export async function run(options: PeerOptions): Promise<PeerResult> {
  return await runJob(options, (ends) =>
    options.kind === "events"
      ? eventsJob(ends, { email: (event) => emailOf(event.email), url: (event) => pageOf(event.url) })
      : lettersJob(ends, {
          email: (letter) => emailOf(letter.envelope.sender.mail),
          url: (letter) => pageOf(letter.link),
        }),
  );
}
