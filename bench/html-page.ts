import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { createAtomicFile } from "../examples/event-pipeline/atomic-file.ts";
import type { Chart } from "./html-charts.ts";

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

/** Makes a page that needs no script, no network and no other file. @param body HTML. */
export function pageOf(title: string, about: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
<h1>${escaped(title)}</h1>
<p class="about">${escaped(about)}</p>
${body}
</html>
`;
}

/** Writes a page, in a folder that is made. */
export async function writePage(path: string, page: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  using file = createAtomicFile(path);
  file.write(new TextEncoder().encode(page));
  await file.commit();
}

/** A table of HTML: its head, then its rows. @param classOf Class of the row of that index, without the head; "" for none. */
export function htmlTable(
  [head = [], ...rows]: readonly (readonly string[])[],
  classOf: (index: number) => string = () => "",
): string {
  const line = (tag: string, cells: readonly string[], name: string): string => {
    const content = cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("");
    return `<tr${name === "" ? "" : ` class="${name}"`}>${content}</tr>`;
  };
  const lines = rows.map((row, index) => line("td", row, classOf(index)));
  return `<table>\n${[line("th", head, ""), ...lines].join("\n")}\n</table>`;
}

/** Draws charts, each under its title. */
export async function drawn(charts: readonly Chart[]): Promise<string> {
  // Loaded here: the two take longer to load than a small run takes.
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  const drawings = await Promise.all(
    charts.map(async ({ title, spec }) => {
      const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: "none" });
      try {
        return `<h2>${escaped(title)}</h2>\n${await view.toSVG()}`;
      } finally {
        view.finalize();
      }
    }),
  );
  return drawings.join("\n");
}

/** Text as HTML. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
