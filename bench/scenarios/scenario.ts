import type { Pass } from "../pass.ts";

/** An input that lies ready. */
export interface Input {
  /** What is read. */
  readonly files: readonly string[];
  /** How many times over it holds the records that were asked for. */
  readonly copies: number;
  /** What it was prepared for. */
  readonly settings: Settings;
  /** Arguments of a child behind the name of its peer. @param output File that it may write; nobody else does. */
  readonly args: (output: string) => readonly string[];
  /** What must become of each line, where that is known: see `GeneratedInput`. */
  readonly fates?: Int32Array;
}

/** How much input is wanted. */
interface InputSize {
  /** `undefined`: all that there is. */
  readonly records: number | undefined;
  readonly copies: number;
}

/** Options that only one scenario has, by name. */
export type Settings = Readonly<Record<string, number | string>>;

/** What a pass told, and the file that it wrote. */
export interface Outcome {
  readonly pass: Pass;
  readonly output: string;
}

/** How many times the speed of `rival` ours shall have, by runtime. */
export interface Goal {
  readonly ours: string;
  readonly rival: string;
  readonly atLeast: Readonly<Record<string, number>>;
}

/** One job over one kind of input, in several idioms. */
export interface Scenario {
  readonly name: string;
  /** What is counted. */
  readonly unit: string;
  /** Names of the peers, ours first. */
  readonly peers: readonly string[];
  /** Those that are ours. */
  readonly ours: readonly string[];
  /** Of the options that all have. `records: undefined` means all that there are. */
  readonly defaults: {
    readonly records: number | undefined;
    readonly checkRecords: number;
    readonly repeat: number;
  };
  /** Options that only this one has: text and default. */
  readonly extra: Readonly<Record<string, { readonly default: string; readonly help: string }>>;
  /** Reads those. @throws {UsageError} For a value that cannot be. */
  readonly settings: (extra: Readonly<Record<string, string>>) => Settings;
  /** Makes the input, or finds it. @param tell Told how far it is. */
  readonly prepare: (size: InputSize, settings: Settings, tell: (text: string) => void) => Promise<Input>;
  /** What differs between two outcomes of the same input beyond their answers; `undefined`: nothing. */
  readonly difference?: (first: Outcome, other: Outcome) => string | undefined;
  readonly goals: readonly Goal[];
}
