// The laws of sinks must be able to fail: each of them does, for a sink that is broken in the way it forbids.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Sink, SinkWriter } from "../run/sink.ts";
import type { Batch } from "../run/source.ts";
import { to } from "../run/to.ts";
import { ndjson } from "../scan/ndjson.ts";
import { type SinkLawOptions, type SinkUnderTest, sinkLaws } from "./sink-laws.ts";

interface Row {
  readonly n: number;
}

/** Where a sink's output stands. */
interface Place {
  output: Row[] | undefined;
  temporary: Row[] | undefined;
}
/** One wrong thing that a sink does, in place of what a right one would. */
type Broken = (place: Place, right: SinkWriter<Row>) => Partial<SinkWriter<Row>>;

/** A right sink, but for `broken`. */
function writer(place: Place, appears: "whole" | "grows", broken: Broken): SinkWriter<Row> {
  const whole = appears === "whole";
  if (whole) place.temporary = [];
  const right: SinkWriter<Row> = {
    write: async (rows) => {
      if (whole) place.temporary?.push(...rows);
      else place.output = [...(place.output ?? []), ...rows];
    },
    flush: async () => {},
    close: async () => {
      if (!whole) return;
      place.output = place.temporary;
      place.temporary = undefined;
    },
    abort: async () => {
      place.temporary = undefined;
    },
  };
  return { ...right, ...broken(place, right) };
}

function underTest(appears: "whole" | "grows", broken: Broken): SinkUnderTest<Row> {
  const place: Place = { output: undefined, temporary: undefined };
  const sink: Sink<Row> = { name: "memory", open: async () => writer(place, appears, broken) };
  return {
    end: to(sink),
    readBack: async () => place.output,
    leftovers: async () => (place.temporary === undefined ? [] : ["temporary"]),
  };
}

const decoder = new TextDecoder();

/** A sink of bytes that keeps batches and reads them when it is too late. */
function keepsBatches(): SinkUnderTest<Row> {
  const batches: Batch[] = [];
  let output: Row[] | undefined;
  const sink: Sink<Batch> = {
    name: "keeps",
    open: async () => ({
      write: async (more) => void batches.push(...more),
      flush: async () => {
        const text = batches.map(({ arena, start, end }) => decoder.decode(arena.bytes.subarray(start, end)));
        output = text.flatMap((lines) =>
          lines
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line)),
        );
      },
      close: async () => {},
      abort: async () => {},
    }),
  };
  return { end: to(sink, ndjson()), readBack: async () => output };
}

/** Opens its output when the job is described. */
function opensTooEarly(): SinkUnderTest<Row> {
  const right = underTest("whole", () => ({}));
  return { ...right, readBack: async () => (await right.readBack()) ?? [] };
}

type Make = () => SinkUnderTest<Row>;
const whole =
  (broken: Broken): Make =>
  () =>
    underTest("whole", broken);
const grows =
  (broken: Broken): Make =>
  () =>
    underTest("grows", broken);

/** Laws that do not hold, of those whose names begin so, and all that there are. */
async function failures(make: Make, appears: "whole" | "grows", law = "") {
  const options: SinkLawOptions<Row> = { row: (n) => ({ n }), appears };
  const laws = new Map<string, () => Promise<void>>();
  sinkLaws((name, check) => laws.set(name, check), "it", make, options);
  const failed: string[] = [];
  for (const [name, check] of laws) {
    if (name.startsWith(`it: ${law}`)) await check().catch(() => failed.push(name));
  }
  return { failed, all: [...laws.keys()] };
}

/** Which law a sink breaks that is wrong in one way. */
const WRONG: Readonly<Record<string, readonly [law: string, make: Make, appears?: "grows"]>> = {
  "rows of a write in reverse": [
    "keeps the order",
    whole((_, { write }) => ({ write: (rows) => write(rows.toReversed()) })),
  ],
  "the second write is lost": [
    "keeps the order",
    whole((_, { write }) => {
      let writes = 0;
      return { write: async (rows) => (++writes === 2 ? undefined : write(rows)) };
    }),
  ],
  "what came last is not written": [
    "rows that come one by one",
    whole((_, { write }) => {
      let held: readonly Row[] = [];
      return {
        write: async (rows) => {
          await write(held);
          held = rows;
        },
      };
    }),
  ],
  "batches are read when they are used again": ["small writes", keepsBatches],
  "no rows, no output": [
    "an output without rows",
    whole((place, { close }) => ({
      close: async () => {
        if (place.temporary?.length === 0) place.temporary = undefined;
        else await close();
      },
    })),
  ],
  "it is there before it is whole": [
    "rows that come one by one",
    whole((place, { write }) => ({
      write: async (rows) => {
        await write(rows);
        place.output = place.temporary;
      },
    })),
  ],
  "a second run adds to what should be replaced": [
    "a second run",
    whole((place) => ({
      close: async () => {
        place.output = [...(place.output ?? []), ...(place.temporary ?? [])];
        place.temporary = undefined;
      },
    })),
  ],
  "a second run puts its rows before": [
    "a second run",
    grows((place) => {
      const before = place.output;
      let mine: Row[] = [];
      return {
        write: async (rows) => {
          mine = [...mine, ...rows];
          place.output = [...mine, ...(before ?? [])];
        },
      };
    }),
    "grows",
  ],
  ...Object.fromEntries(
    [1, 2, 40, 1_500].map((at) => [
      `abort publishes (row ${at})`,
      [`a run that is cancelled at row ${at} `, whole((_, { close }) => ({ abort: close }))],
    ]),
  ),
  "abort publishes what a flush has made durable": [
    "a run that fails when all is written",
    whole((place, { abort, close }) => {
      let flushed = false;
      return {
        flush: async () => {
          flushed = true;
        },
        abort: (reason) => (flushed && place.temporary?.length === 20 ? close() : abort(reason)),
      };
    }),
  ],
  "abort publishes a moment later": [
    "a run that fails publishes",
    whole((place) => ({
      abort: async () => {
        const rows = place.temporary;
        place.temporary = undefined;
        setTimeout(() => {
          place.output = rows;
        }, 1);
      },
    })),
  ],
  "abort writes what it should not": [
    "a run that fails publishes",
    grows((place) => ({ abort: async () => void place.output?.push({ n: -1 }) })),
    "grows",
  ],
  "abort leaves something behind": ["a run that fails publishes", whole(() => ({ abort: async () => {} }))],
  "close leaves something behind": [
    "keeps the order",
    whole((place) => ({
      close: async () => {
        place.output = place.temporary;
      },
    })),
  ],
  "what was there goes when a run begins": [
    "a run that fails leaves",
    whole((place) => {
      place.output = undefined;
      return {};
    }),
  ],
  "what was there goes when a run fails": [
    "a run that fails leaves",
    whole((place, { abort }) => ({
      abort: async (reason) => {
        place.output = undefined;
        await abort(reason);
      },
    })),
  ],
  "it opens before the run does": ["a run that is cancelled before", opensTooEarly],
};

const tried = new Set<string>();
const broken = new Set<string>();

for (const appears of ["whole", "grows"] as const) {
  test(`a right sink keeps all laws (${appears})`, async () => {
    const { failed, all } = await failures(() => underTest(appears, () => ({})), appears);
    assert.deepEqual(failed, []);
    for (const name of all) tried.add(name);
  });
}

for (const [wrong, [law, make, appears = "whole"]] of Object.entries(WRONG)) {
  test(`wrong: ${wrong}`, async () => {
    const { failed } = await failures(make, appears, law);
    for (const name of failed) broken.add(name);
    assert.notDeepEqual(failed, [], `"${law}" must fail`);
  });
}

test("there is no law that nothing breaks", () => {
  assert.deepEqual(
    [...tried].filter((name) => !broken.has(name)),
    [],
  );
});
