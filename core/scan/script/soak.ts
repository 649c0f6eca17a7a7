// Fuzzes the scanners against their oracles for as long as one likes:
//   node core/scan/script/soak.ts --cases 2000000 --seed 1
import { jsonCase } from "./fuzz/json-cases.ts";

declare const process: { readonly argv: readonly string[]; exitCode?: number };

function argument(name: string, otherwise: number): number {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
}

const FORMATS = { json: jsonCase };

const cases = argument("cases", 100_000);
const firstSeed = argument("seed", 1);
for (const [name, run] of Object.entries(FORMATS)) {
  const started = performance.now();
  let failed = 0;
  for (let i = 0; i < cases && failed < 5; i++) {
    const why = run(firstSeed + i);
    if (why === undefined) continue;
    failed++;
    console.error(`${name}, seed ${firstSeed + i}: ${why}`);
  }
  if (failed > 0) process.exitCode = 1;
  const elapsed_s = (performance.now() - started) / 1000;
  console.log(`${name}: ${cases} cases from seed ${firstSeed}, ${failed} failed, ${elapsed_s.toFixed(1)} s`);
}
