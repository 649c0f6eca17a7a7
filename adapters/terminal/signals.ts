import { setTimeout } from "node:timers";

/** Signals that end a program, and the exit codes that say so. */
const CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type Name = keyof typeof CODES;
const NAMES = Object.keys(CODES) as Name[];

/** A process that was told to end is gone after this at the latest. */
const DEADLINE_ms = 700;
/** Of this, what a run that drains may take before it is cancelled. */
const DRAIN_ms = 500;

/** Why a run was cancelled: the process received a signal. */
export class SignalError extends Error {
  override readonly name = "SignalError";
  readonly exitCode: number;

  constructor(signal: Name) {
    super(`stopped by ${signal}`);
    this.exitCode = CODES[signal];
  }
}

/**
 * Ends a run when the process is told to end, and the process soon after. A second signal ends it at once.
 *
 * @param cancel Ends the run; called once.
 * @param drain Called in its place when given; `cancel` follows when that takes too long.
 * @returns Gives the signals back.
 */
export function onSignals(cancel: (cause: SignalError) => void, drain?: () => void): () => void {
  let first: SignalError | undefined;
  const listeners = NAMES.map((name) => {
    const listener = () => {
      if (first !== undefined) process.exit(first.exitCode);
      const cause = new SignalError(name);
      first = cause;
      process.exitCode = cause.exitCode;
      // Whatever hangs, or goes on after the run: the process ends.
      setTimeout(() => process.exit(cause.exitCode), DEADLINE_ms).unref();
      if (drain === undefined) return cancel(cause);
      setTimeout(() => cancel(cause), DRAIN_ms).unref();
      drain();
    };
    process.on(name, listener);
    return { name, listener };
  });
  return () => {
    // After a first signal a second one must still find its listener.
    if (first === undefined) for (const { name, listener } of listeners) process.off(name, listener);
  };
}
