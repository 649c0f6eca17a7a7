import { eventStages } from "./event-stages.ts";
import { letterStages } from "./letter-stages.ts";
import type { PeerOptions, Rejects } from "./peer.ts";
import type { Windows } from "./windows.ts";

/**
 * What is done to one record, stage by stage: the same functions for every peer that hands records from stage to stage.
 *
 * A record is the object that `JSON.parse` made. It belongs to the pipeline, so stages write into it: a copy at each
 * would be nothing but garbage.
 */
export interface Stages<R extends object = object> {
  /** Parse: whether an object has the fields, each of its type. */
  fits(value: object): value is R;
  /** Normalise. */
  normalise(record: R): R;
  /** Validate. */
  isValid(record: R): boolean;
  /** Enrich. */
  enrich(record: R): R;
  /** Aggregate. */
  count(record: R, windows: Windows): void;
}

/** The stages of a scenario. */
export function stagesOf({ kind, regions }: Pick<PeerOptions, "kind" | "regions">): Stages {
  return kind === "events" ? eventStages(regions) : letterStages(regions);
}

/** Records read and refused so far. */
export interface Counts extends Rejects {
  rowsIn: number;
}

/** Makes the first stage: a record from a line; `undefined`, and counted, when it is none. */
export function createParser(stages: Stages, counts: Counts): (line: string) => object | undefined {
  return (line) => {
    counts.rowsIn++;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      // Not an object either.
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      counts.json++;
      return undefined;
    }
    if (stages.fits(value)) return value;
    counts.schema++;
    return undefined;
  };
}

/** Nothing read so far. */
export function noCounts(): Counts {
  return { rowsIn: 0, json: 0, utf8: 0, schema: 0, invalid: 0 };
}

/** What a peer reports of its counts. */
export function resultOf({ rowsIn, ...rejects }: Counts): { rowsIn: number; rejects: Rejects } {
  return { rowsIn, rejects };
}
