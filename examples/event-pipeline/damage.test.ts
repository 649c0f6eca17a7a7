import assert from "node:assert/strict";
import { test } from "node:test";
import { DAMAGES, type DamageContext, type FlightRecord } from "./damage.ts";
import { createFileClock, judge, type WindowRule } from "./flight-model.ts";
import { createRandom } from "./random.ts";

const AIRPORTS = new Set(["LAS", "PHL"]);
const RULES: readonly WindowRule[] = [
  { window_ms: 3_600_000, outOfOrder_ms: 600_000, lateness_ms: 0 },
  { window_ms: 900_000, outOfOrder_ms: 600_000, lateness_ms: 60_000 },
  { window_ms: 86_400_000, outOfOrder_ms: 0, lateness_ms: 0 },
];

function row(random: ReturnType<typeof createRandom>, time_ms: number): FlightRecord {
  return {
    date: new Date(time_ms).toISOString(),
    delay: random.below(100) - 50,
    distance: 1 + random.below(3000),
    origin: "LAS",
    destination: "PHL",
  };
}

for (const damage of DAMAGES) {
  test(`damage "${damage.name}": always ends as ${damage.fate}`, () => {
    const shapes = new Set<string>();
    for (const [seed, rule] of RULES.entries()) {
      const random = createRandom(seed);
      const clock = createFileClock(rule);
      const context: DamageContext = { random, clock, rule, unknownCodes: ["ZZZ"] };
      let now_ms = Date.UTC(2001, 0, 1);
      for (let i = 0; i < 500; i++) {
        now_ms += random.below(20) * 60_000;
        const record = row(random, now_ms);
        const text = JSON.stringify(record);
        const made = damage.make(record, text, context);
        const verdict = judge(made ?? text, AIRPORTS);
        const fate = "fault" in verdict ? verdict.fault : clock.take(verdict.time_ms);
        if (made !== undefined) {
          shapes.add(typeof made === "string" ? made : String(made));
          assert.equal(fate, damage.fate, `${made}`);
        }
        // A damaged line may hold the clock back; a clean one moves it on.
        clock.take(now_ms);
      }
    }
    assert.ok(shapes.size > 100);
  });
}

test("DAMAGES: shares leave most lines clean", () => {
  const sum = DAMAGES.reduce((total, { share }) => total + share, 0);
  assert.ok(sum > 0 && sum < 2000, `${sum}`);
  assert.equal(new Set(DAMAGES.map(({ name }) => name)).size, DAMAGES.length);
});
