import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { createAtomicFile } from "../examples/event-pipeline/atomic-file.ts";
import { barsOf, type Chart, chartsOf, LEGEND } from "./html-charts.ts";
import { wordsOf } from "./html-words.ts";
import { cellsOf } from "./report.ts";
import type { Result } from "./results.ts";
import type { Scenario } from "./scenarios/scenario.ts";

const STYLE = `
body { font: 15px/1.5 Helvetica, Arial, "DejaVu Sans", sans-serif; color: #222; max-width: 960px; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.6em; margin-bottom: 0 } h2 { font-size: 1.15em; margin: 2em 0 .4em }
.about { color: #666; margin-top: .2em } .words p { margin: .5em 0 }
.legend span { display: inline-block; margin-right: 1.4em } .legend i { display: inline-block; width: .8em; height: .8em; margin-right: .4em }
svg { max-width: 100%; height: auto } .scroll { overflow-x: auto }
table { border-collapse: collapse; font-size: 13px; white-space: nowrap } th, td { text-align: right; padding: 2px 9px }
th { border-bottom: 1px solid #999; font-weight: 600 } th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left }
tr.ours td { background: #eaf3f6 }
`;

/** Writes the report of a run: one page that needs no script, no network and no other file. */
export async function writeHtml(results: readonly Result[], scenario: Scenario, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  using file = createAtomicFile(path);
  file.write(new TextEncoder().encode(await htmlOf(results, scenario)));
  await file.commit();
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
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${STYLE}</style>
<h1>${title}</h1>
<p class="about">${first === undefined ? "" : escaped(aboutOf(first))}</p>
<div class="words">${wordsOf(results)
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
compared before anything was timed. The clock runs from the first read until the output is written; Millrace alone also
makes its file durable within that time. CPU is that of all threads, memory the largest resident size of the process.</p>
</html>
`;
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

async function drawn(charts: readonly Chart[]): Promise<{ title: string; svg: string }[]> {
  // Loaded here: the two take longer to load than a small run takes.
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  return await Promise.all(
    charts.map(async ({ title, spec }) => {
      const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: "none" });
      try {
        return { title, svg: await view.toSVG() };
      } finally {
        view.finalize();
      }
    }),
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

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
