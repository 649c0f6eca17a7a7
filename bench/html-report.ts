import { barsOf, chartsOf, LEGEND } from "./html-charts.ts";
import { drawn, escaped, htmlTable, pageOf, writePage } from "./html-page.ts";
import { wordsOf } from "./html-words.ts";
import { cellsOf } from "./report.ts";
import type { Result } from "./results.ts";
import type { Scenario } from "./scenarios/scenario.ts";

const WARM =
  "Each process has run the same pass once before, untimed: its code is compiled. Rust is compiled ahead.";
const COLD =
  "Start-up and loading are not in it, but the time is in which a runtime that compiles while it runs gets fast.";

/** Writes the report of a run: one page that needs no script, no network and no other file. */
export async function writeHtml(results: readonly Result[], scenario: Scenario, path: string): Promise<void> {
  await writePage(path, await htmlOf(results, scenario));
}

/** Makes the page. */
export async function htmlOf(results: readonly Result[], scenario: Scenario): Promise<string> {
  const once = results.filter(({ copies }) => copies === 1);
  const serde = once.find(({ peer }) => peer === "rust-serde")?.recordsPerSecond.median;
  const plots = await drawn(chartsOf(barsOf(once, scenario.ours, serde)));
  const [first] = results;
  const title = `Millrace and others: ${scenario.name}`;
  const legend = LEGEND.map(
    ([name, colour]) => `<span><i style="background:${colour}"></i>${name}</span>`,
  ).join("");
  return pageOf(
    title,
    first === undefined ? "" : aboutOf(first),
    `<div class="words">${wordsOf(results)
      .map((words) => `<p>${escaped(words)}</p>`)
      .join("\n")}</div>
<p class="legend">${legend}</p>
${plots}
<h2>All figures</h2>
<p>Medians over the rounds; in brackets the least and the most.</p>
<div class="scroll">${tableOf(results, scenario)}</div>
<h2>How it was measured</h2>
<p>Every pass is a process of its own; the peers take turns, so that whatever else the machine does falls on all alike.
All read the same file in blocks of 256 KiB and give the same answer: aggregates, rejects and every output record were
compared before anything was timed. The clock runs from the first read until the output is written; nobody waits for the
disk. ${first?.warm ? WARM : COLD} CPU is that of all threads, memory the largest resident size of the process.</p>`,
  );
}

function aboutOf({ date, commit, changed, machine, records, rounds, scenario }: Result): string {
  const code =
    commit === undefined ? "no commit" : `commit ${commit.slice(0, 8)}${changed ? " and changes" : ""}`;
  const memory = Math.round(machine.memoryBytes / 2 ** 30);
  return (
    `${records.toLocaleString("en")} ${scenario}, ${rounds === 1 ? "1 round" : `medians of ${rounds} rounds`} · ` +
    `${machine.cpu}, ${machine.cores} cores, ${memory} GiB · ${code} · ${date.slice(0, 10)}`
  );
}

function tableOf(results: readonly Result[], { ours }: Scenario): string {
  const [head = [], ...rows] = cellsOf(results);
  const [peer = "", ...others] = head;
  const lines = rows.map(([first = "", ...rest], index) => {
    const { runtime, version } = results[index]!;
    return [first, `${runtime} ${version}`, ...rest];
  });
  return htmlTable([[peer, "runtime", ...others], ...lines], (index) =>
    ours.includes(results[index]!.peer) ? "ours" : "",
  );
}
