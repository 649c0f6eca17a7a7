/**
 * Runs a program of this folder: errors are one line on stderr; exit code 2 for wrong arguments, 1 for all else.
 */
export async function program(name: string, run: (args: readonly string[]) => Promise<void>): Promise<void> {
  try {
    await run(process.argv.slice(2));
  } catch (cause) {
    const { name: kind, code, message } = cause as NodeJS.ErrnoException;
    const misused = kind === "UsageError" || code?.startsWith("ERR_PARSE_ARGS_") === true;
    if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
    process.stderr.write(`${name}: ${message}${misused ? "; see --help" : ""}\n`);
    process.exitCode = misused ? 2 : 1;
  }
}

/**
 * Tells progress on stderr: on a terminal one line that is rewritten and that "" removes; elsewhere a line each, none
 * that ends in "…".
 */
export function tell(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
  else if (text !== "" && !text.endsWith("…")) process.stderr.write(`${text}\n`);
}
