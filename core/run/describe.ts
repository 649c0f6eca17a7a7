import type { Job, Operator, Stream } from "../operator.ts";
import { inputOf, partsOf } from "./input.ts";

/** One operator of a described job. */
export interface GraphNode {
  /** `"n0"`, `"n1"` …: unique in the graph. */
  readonly id: string;
  /** The operator's name, as it was made: several may have the same. */
  readonly name: string;
  /** Where it stands. */
  readonly kind: "source" | "operator" | "sink";
  /** Whether it keeps something between rows. */
  readonly stateful: boolean;
  /** What it was told, in words: `{ over: "tumbling 1 h" }`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A job as a graph: nothing runs. */
export interface JobGraph {
  /** In the order in which rows meet them. */
  readonly nodes: readonly GraphNode[];
  /** By the ids of nodes; `label` is the name of `fork`'s branch. */
  readonly edges: readonly { readonly from: string; readonly to: string; readonly label?: string }[];
  /** The same as a Mermaid flowchart. */
  readonly mermaid: string;
}

/**
 * Gives the graph of a job or a stream, as data and as Mermaid.
 *
 * @param job A job or a stream; nothing of it runs.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { describe, filter, from, pipe } from "millrace";
 *
 * const { nodes, mermaid } = describe(pipe(from([1, 2]), filter((n) => n > 1)));
 * assert.deepEqual(nodes.map(({ name }) => name), ["rows", "filter"]);
 * assert.match(mermaid, /n0\(\["rows"\]\) --> n1\["filter"\]/);
 * ```
 */
export function describe<Row>(job: Job | Stream<Row>): JobGraph {
  const nodes: GraphNode[] = [];
  const edges: { from: string; to: string; label?: string }[] = [];
  const add = (
    parts: readonly Operator<never, unknown>[],
    before: string | undefined,
    label: string | undefined,
  ) => {
    let from = before;
    let says = label;
    for (const part of parts) {
      const id = `n${nodes.length}`;
      const settings = part.about?.settings ?? {};
      const kind = inputOf(part) !== undefined ? "source" : "sink" in settings ? "sink" : "operator";
      nodes.push({ id, name: part.name, kind, stateful: part.about?.stateful ?? false, settings });
      if (from !== undefined) edges.push({ from, to: id, ...(says !== undefined && { label: says }) });
      for (const [name, branch] of Object.entries(part.about?.branches ?? {})) add(partsOf(branch), id, name);
      from = id;
      says = undefined;
    }
  };
  add(partsOf(job as Operator<never, unknown>), undefined, undefined);
  return { nodes, edges, mermaid: mermaidOf(nodes, edges) };
}

function mermaidOf(nodes: readonly GraphNode[], edges: JobGraph["edges"]): string {
  const shown = new Set<string>();
  const box = (id: string): string => {
    const node = nodes.find((one) => one.id === id);
    if (node === undefined || shown.has(id)) return id;
    shown.add(id);
    const text = [
      node.name,
      ...Object.entries(node.settings).map(([name, value]) => `${name}: ${value}`),
    ].join("<br>");
    const quoted = `"${text.replaceAll('"', "#quot;")}"`;
    return node.kind === "operator" ? `${id}[${quoted}]` : `${id}([${quoted}])`;
  };
  const lines = edges.map(({ from, to, label }) => {
    const left = box(from);
    return `  ${left} --${label === undefined ? "" : `${label}--`}> ${box(to)}`;
  });
  if (edges.length === 0) lines.push(...nodes.map(({ id }) => `  ${box(id)}`));
  return ["flowchart LR", ...lines].join("\n");
}
