// `npm run soak`: the fuzz tests with millions of cases. A failure prints the line that replays it.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { root } from "./install.mjs";

const HELP = `Usage: npm run soak -- [options]

Runs the fuzz tests with many more cases than npm test: scanners in the kernel and in JavaScript against JSON.parse and a
slow reader of CSV; then texts, patterns and random pipelines, whose cases are larger, with fewer. A million cases take
about half an hour.

  --cases 1000000
  --seed N         of the first case (default: by chance; it is printed)
  --only NAME      scan, text, pattern or pipeline
  --runtime node   or deno, bun
  --help
`;

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "1000000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    only: { type: "string" },
    runtime: { type: "string", default: "node" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit();
}

/** What is run, and how many of the cases that were asked for make one of its own. */
const fuzzed = {
  scan: ["core/scan/script/fuzz.test.ts", 1],
  text: ["core/row/text-laws.test.ts", 50],
  pattern: ["core/row/pattern.test.ts", 500],
  pipeline: ["core/run/short-way.test.ts", 100],
};
const commands = {
  node: (file) => ["node", ["--test-timeout=0", file]],
  deno: (file) => ["deno", ["test", "-A", "--no-check", file]],
  bun: (file) => ["bun", ["test", "--timeout", "2147483647", `./${file}`]],
};
const cases = Number(values.cases);
const command = commands[values.runtime];
const names = values.only === undefined ? Object.keys(fuzzed) : [values.only];
if (
  !Number.isSafeInteger(cases) ||
  cases < 1 ||
  command === undefined ||
  names.some((name) => !(name in fuzzed))
) {
  process.stderr.write(`soak: cannot run ${process.argv.slice(2).join(" ")}; see --help\n`);
  process.exit(2);
}

let failed = false;
for (const name of names) {
  const [file, share] = fuzzed[name];
  const many = Math.max(1, Math.ceil(cases / share));
  console.log(`${name}: ${many.toLocaleString("en")} cases from seed ${values.seed} on ${values.runtime} …`);
  const [program, args] = command(file);
  const { status } = spawnSync(program, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, MILLRACE_CASES: String(many), MILLRACE_SEED: values.seed },
  });
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
