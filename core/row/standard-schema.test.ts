import { describe, it } from "node:test";
import type * as published from "@standard-schema/spec";
import { type } from "arktype";
import { expectTypeOf } from "expect-type";
import { z } from "zod";
import type {
  InferInput,
  InferOutput,
  JsonSchemaOptions,
  Schema,
  SchemaIssue,
  SchemaResult,
  StandardJSONSchemaV1,
  StandardSchemaV1,
} from "./standard-schema.ts";

interface In {
  n: string;
}
interface Out {
  n: number;
}

describe("our copy of the Standard Schema interfaces", () => {
  it("fits the published ones, both ways", () => {
    expectTypeOf<StandardSchemaV1<In, Out>>().toExtend<published.StandardSchemaV1<In, Out>>();
    expectTypeOf<published.StandardSchemaV1<In, Out>>().toExtend<StandardSchemaV1<In, Out>>();
    expectTypeOf<StandardJSONSchemaV1<In, Out>>().toExtend<published.StandardJSONSchemaV1<In, Out>>();
    expectTypeOf<published.StandardJSONSchemaV1<In, Out>>().toExtend<StandardJSONSchemaV1<In, Out>>();
    expectTypeOf<SchemaResult<Out>>().toExtend<published.StandardSchemaV1.Result<Out>>();
    expectTypeOf<published.StandardSchemaV1.Result<Out>>().toExtend<SchemaResult<Out>>();
    expectTypeOf<SchemaIssue>().toExtend<published.StandardSchemaV1.Issue>();
    expectTypeOf<published.StandardSchemaV1.Issue>().toExtend<SchemaIssue>();
    expectTypeOf<JsonSchemaOptions>().toExtend<published.StandardJSONSchemaV1.Options>();
    expectTypeOf<published.StandardJSONSchemaV1.Options>().toExtend<JsonSchemaOptions>();
  });

  it("tells other types apart", () => {
    expectTypeOf<StandardSchemaV1<In, Out>>().not.toExtend<published.StandardSchemaV1<Out, In>>();
    expectTypeOf<published.StandardSchemaV1<In, Out>>().not.toExtend<StandardSchemaV1<Out, In>>();
    expectTypeOf<published.StandardJSONSchemaV1>().not.toExtend<Schema>();
  });

  it("infers what the published one infers", () => {
    type Both = published.StandardSchemaV1<In, Out>;
    expectTypeOf<InferInput<Both>>().toEqualTypeOf<published.StandardSchemaV1.InferInput<Both>>();
    expectTypeOf<InferOutput<Both>>().toEqualTypeOf<published.StandardSchemaV1.InferOutput<Both>>();
  });

  it("is what schema libraries implement, and the published one too", () => {
    const Ark = type({ n: "string.numeric.parse" });
    const Zod = z.object({ n: z.coerce.number() });
    expectTypeOf<published.StandardSchemaV1>().toExtend<Schema>();
    expectTypeOf<published.StandardSchemaV1 & published.StandardJSONSchemaV1>().toExtend<Schema>();
    expectTypeOf(Ark).toExtend<Schema>();
    expectTypeOf(Zod).toExtend<Schema>();
    expectTypeOf<InferInput<typeof Ark>>().toEqualTypeOf<In>();
    expectTypeOf<InferOutput<typeof Ark>>().toEqualTypeOf<Out>();
  });
});
