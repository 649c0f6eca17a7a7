import type { ValueAt } from "../row/path.ts";
import type { Aggregator } from "./aggregator.ts";

/** The fields of a result that `by` names: top-level ones, so that they keep their names. */
export type ByFields<Row, By extends readonly string[]> = { [Name in By[number]]: ValueAt<Row, Name> };

/** The aggregators of a `compute` that gives `Results`. */
export type Compute<Row, Results> = { [Name in keyof Results]: Aggregator<Row, Results[Name]> };
