import { pipe, run as runJob, type Sink, to } from "millrace";
import { readFiles } from "millrace/files";
import { type Departures, departures } from "../../../examples/event-pipeline/pipeline.ts";
import { noFaults, type PeerOptions, type PeerResult } from "./peer.ts";

/** The example's own pipeline, by the public API, between its files and a sink that keeps no row. */
export async function run(options: PeerOptions): Promise<PeerResult> {
  const stream = departures(readFiles(options.files), options.airports, { window_ms: options.window_ms });
  const report = await runJob(pipe(stream, to(rowSink(options))), {
    name: "departures",
    state: "rebuild",
    deadLetter: "drop",
  }).done;
  return {
    rowsIn: report.rowsIn,
    faults: { ...noFaults(), ...report.faults },
    late: report.late,
    pool_bytes: report.pool.size_bytes,
  };
}

/** Hands each row on in the form that all peers give. */
function rowSink({ onRow }: PeerOptions): Sink<Departures> {
  return {
    name: "answer",
    open: async () => ({
      write: async (rows) => {
        for (const { window, mean_delay = 0, max_delay = 0, delayed_share = 0, ...row } of rows) {
          onRow({
            window_start: window.start,
            window_end: window.end,
            state: row.state,
            flights: row.flights,
            mean_delay,
            max_delay,
            delayed_share,
            destinations: row.destinations,
          });
        }
      },
      flush: async () => {},
      close: async () => {},
      abort: async () => {},
    }),
  };
}
