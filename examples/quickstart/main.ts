import { type } from "arktype";
import { count, from, ndjson, pipe, run, sum, to, tumbling, window } from "millrace";
import { readFiles, writeFile } from "millrace/files";

const Event = type({ ts: "number", type: "string", amount: "number >= 0" });

const job = pipe(
  from(readFiles(`${import.meta.dirname}/events.ndjson`), ndjson(Event)),
  window({
    over: tumbling({ minutes: 1 }),
    time: "ts",
    outOfOrder: { seconds: 5 },
    by: ["type"],
    compute: { n: count(), revenue: sum("amount") },
  }),
  to(writeFile("-"), ndjson()),
);
await run(job, { deadLetter: writeFile("rejected.ndjson") }).done;
