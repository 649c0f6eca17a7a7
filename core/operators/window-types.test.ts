import { test } from "node:test";
import { aggregator } from "../aggregate/aggregator.ts";
import { count } from "../aggregate/count.ts";
import { distinct } from "../aggregate/distinct.ts";
import { max } from "../aggregate/max.ts";
import { mean } from "../aggregate/mean.ts";
import { min } from "../aggregate/min.ts";
import { sum } from "../aggregate/sum.ts";
import type { Done, Operator } from "../operator.ts";
import { tumbling } from "../time/tumbling.ts";
import { eventTime } from "./event-time.ts";
import { summarise } from "./summarise.ts";
import { type WindowSpan, window } from "./window.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Equal<A, B>): void => {};
type RowOf<S> = S extends Operator<never, infer Row> ? Row : never;
declare function then<A, B, C>(first: Operator<A, B>, second: Operator<B, C>): Operator<A, C>;
declare function input<Row>(): Operator<Row, Row>;

interface Purchase {
  kind: "purchase";
  ts: number;
  amount: number;
  user: { id: string; age?: number };
  at: Date;
}
interface Visit {
  kind: "visit";
  ts: number;
  url: string;
  user: { id: string };
}
interface Tree {
  size: number;
  name: string;
  parent?: Tree;
  kids: Tree[];
}
const hourly = tumbling({ hours: 1 });
declare const lateRows: Operator<Purchase, Done>;

// Checked by the compiler and never called.
export function types(): void {
  const one = then(
    input<Purchase>(),
    window({
      over: hourly,
      time: "ts",
      outOfOrder: { seconds: 5 },
      lateness: { seconds: 10 },
      late: lateRows,
      by: ["kind", "user"],
      compute: {
        n: count(),
        revenue: sum("amount"),
        mean: mean("amount"),
        top: max("amount"),
        top2: max((e) => e.amount),
        first: min("at"),
        ages: sum("user.age"),
        users: distinct("user.id"),
        long: sum((e) => e.user.id.length),
      },
    }),
  );
  same<
    RowOf<typeof one>,
    {
      window: WindowSpan;
      kind: "purchase";
      user: { id: string; age?: number };
      n: number;
      revenue: number;
      mean: number | undefined;
      top: number | undefined;
      top2: number | undefined;
      first: Date | undefined;
      ages: number;
      users: number;
      long: number;
    }
  >(true);
  const two = then(input<Purchase>(), window({ over: hourly, time: (e) => e.ts, compute: { n: count() } }));
  same<RowOf<typeof two>, { window: WindowSpan; n: number }>(true);
  const three = then(
    input<Purchase | Visit>(),
    window({ over: hourly, time: "ts", by: ["kind", "url"], compute: { n: count() } }),
  );
  same<
    RowOf<typeof three>,
    { window: WindowSpan; kind: "purchase" | "visit"; url: string | undefined; n: number }
  >(true);
  const four = then(
    input<Purchase>(),
    summarise({
      by: ["kind"],
      compute: {
        spread: aggregator({
          zero: () => ({ lo: 0, hi: 0 }),
          add: (a, e) => ({ lo: Math.min(a.lo, e.amount), hi: Math.max(a.hi, e.amount) }),
          merge: (a) => a,
          result: (a) => a.hi - a.lo,
        }),
      },
    }),
  );
  same<RowOf<typeof four>, { kind: "purchase"; spread: number }>(true);
  then(then(input<Purchase>(), eventTime("ts", { outOfOrder: { seconds: 1 } })), two);
  then(
    input<Tree>(),
    window({ over: hourly, time: "size", by: ["name"], compute: { n: distinct("parent.parent.name") } }),
  );
  const chained = then(two, window({ over: hourly, time: "window.start", compute: { n: sum("n") } }));
  same<RowOf<typeof chained>, { window: WindowSpan; n: number }>(true);

  // @ts-expect-error no such field in by
  then(input<Purchase>(), window({ over: hourly, time: "ts", by: ["tz"], compute: { n: count() } }));
  // @ts-expect-error a nested path must be lifted first
  then(input<Purchase>(), window({ over: hourly, time: "ts", by: ["user.id"], compute: { n: count() } }));
  // @ts-expect-error time must be numeric
  then(input<Purchase>(), window({ over: hourly, time: "kind", compute: { n: count() } }));
  // @ts-expect-error sum of a string
  then(input<Purchase>(), window({ over: hourly, time: "ts", compute: { s: sum("kind") } }));
  // @ts-expect-error sum closure returns a string
  then(input<Purchase>(), window({ over: hourly, time: "ts", compute: { s: sum((e) => e.kind) } }));
  // @ts-expect-error distinct of a missing nested field
  then(input<Purchase>(), window({ over: hourly, time: "ts", compute: { s: distinct("user.nam") } }));
  // @ts-expect-error max of an object
  then(input<Purchase>(), window({ over: hourly, time: "ts", compute: { s: max("user") } }));
}

test("the types of window, summarise and aggregators are checked by the compiler", () => {});
