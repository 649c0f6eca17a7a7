import { flights } from "./flights.ts";
import { events, letters } from "./generated.ts";
import type { Scenario } from "./scenario.ts";

/** All scenarios; the first is the default. */
export const SCENARIOS: readonly Scenario[] = [events, letters, flights];
