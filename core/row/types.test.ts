import { describe, it } from "node:test";
import { type } from "arktype";
import { expectTypeOf } from "expect-type";
import * as v from "valibot";
import { z } from "zod";
import type { Format } from "../scan/format.ts";
import { ndjson } from "../scan/ndjson.ts";
import { type Column, column, field } from "./column.ts";
import { instant } from "./instant.ts";
import { own } from "./own.ts";
import type { Extend, Path, PathOf, ValueAt } from "./path.ts";
import type { InferInput, InferOutput } from "./standard-schema.ts";

interface Row {
  id: number;
  at: string;
  end?: string;
  user: { name: string; age?: number; home?: { zip: string } };
  tags: string[];
}
type RowOf<F> = F extends Format<infer R> ? R : never;

describe("types", () => {
  it("of paths", () => {
    expectTypeOf<Path<Row>>().toEqualTypeOf<
      "id" | "at" | "end" | "user" | "user.name" | "user.age" | "user.home" | "user.home.zip" | "tags"
    >();
    expectTypeOf<PathOf<Row, string>>().toEqualTypeOf<"at" | "end" | "user.name" | "user.home.zip">();
    expectTypeOf<ValueAt<Row, "user.home.zip">>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Extend<Row, { id: string }>["id"]>().toEqualTypeOf<string>();
  });

  it("of columns: inferred from where they are used", () => {
    const use = <V>(_: Column<Row, V>, value?: V): V => value as V;
    expectTypeOf(use(column("user.age", (age) => age ?? 0))).toEqualTypeOf<number>();
    expectTypeOf(use(field("user.home.zip"))).toEqualTypeOf<string | undefined>();
    expectTypeOf(use(instant("at"))).toEqualTypeOf<number>();
    expectTypeOf(use(instant("end"))).toEqualTypeOf<number | undefined>();
    // @ts-expect-error no such field
    use(column("nope", (x) => x));
    // @ts-expect-error no such nested field
    use(field("user.nope"));
    // @ts-expect-error a number is no date
    use(instant("id"));
    // @ts-expect-error the field can be missing
    use(column("user.age", (age) => age.toFixed()));
  });

  it("of schemas and formats", () => {
    const Ark = type({ id: "number", "note?": "string", when: "string.trim" });
    const Zod = z.object({ a: z.string().default("x") });
    const Loose = v.looseObject({
      id: v.number(),
      note: v.optional(v.string()),
      in: v.optional(v.looseObject({ at: v.string() })),
    });
    const Counts = v.record(v.string(), v.number());
    expectTypeOf<InferOutput<typeof Ark>>().toEqualTypeOf<{ id: number; note?: string; when: string }>();
    expectTypeOf<InferInput<typeof Zod>>().toEqualTypeOf<{ a?: string | undefined }>();
    // What a library allows beside the named fields can't be named.
    expectTypeOf<InferOutput<typeof Loose>>().toEqualTypeOf<{
      id: number;
      note?: string | undefined;
      in?: { at: string } | undefined;
    }>();
    expectTypeOf<InferOutput<typeof Counts>>().toEqualTypeOf<{ [name: string]: number }>();
    const plain = ndjson(Ark);
    expectTypeOf<RowOf<typeof plain>>().toEqualTypeOf<{ id: number; note?: string; when: string }>();
    const zod = ndjson(Zod);
    expectTypeOf<RowOf<typeof zod>>().toEqualTypeOf<{ a: string }>();
    const big = ndjson(Ark, { int64: ["id"] });
    expectTypeOf<RowOf<typeof big>>().toEqualTypeOf<{ id: bigint; note?: string; when: string }>();
    const any = ndjson();
    expectTypeOf<RowOf<typeof any>>().toEqualTypeOf<unknown>();
  });

  it("of own: what went in", () => {
    expectTypeOf(own({ a: 1 })).toEqualTypeOf<{ a: number }>();
  });
});
