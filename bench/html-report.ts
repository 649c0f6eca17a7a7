import { barsOf, chartsOf, LEGEND } from "./html-charts.ts";
import { drawn, escaped, pageOf, writePage } from "./html-page.ts";
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
  const svgs = await drawn(chartsOf(barsOf(once, scenario.ours, serde)));
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
${svgs.map(({ title: name, svg }) => `<h2>${escaped(name)}</h2>\n${svg}`).join("\n")}
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
  const cells = (tag: string, values: readonly string[]): string =>
    values.map((value) => `<${tag}>${escaped(value)}</${tag}>`).join("");
  const lines = rows.map((row, index) => {
    const result = results[index]!;
    const mark = ours.includes(result.peer) ? ' class="ours"' : "";
    return `<tr${mark}>${cells("td", [row[0]!, `${result.runtime} ${result.version}`, ...row.slice(1)])}</tr>`;
  });
  return `<table>\n<tr>${cells("th", [head[0]!, "runtime", ...head.slice(1)])}</tr>\n${lines.join("\n")}\n</table>`;
}
