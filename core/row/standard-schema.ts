/**
 * The two interfaces by which schema libraries can be used without knowing them, inlined as their specification
 * asks for (types only, no dependency): https://standardschema.dev, version 1.1.
 */

/** What a validation gives: the value as the schema makes it, or what is wrong with it. No `issues`: it fits. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that is wrong with a value. */
export interface SchemaIssue {
  /** For people. */
  readonly message: string;
  /** Where, from the value down. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** Standard Schema: a value that can validate others. */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  /** All that the specification asks for, under a name that no completion shows first. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
  };
}

/** What a JSON Schema is asked for with. */
export interface JsonSchemaOptions {
  /** The version to write. */
  readonly target: "draft-2020-12" | "draft-07" | "openapi-3.0" | ({} & string);
  /** Options of the library's own. */
  readonly libraryOptions?: Record<string, unknown> | undefined;
}

/** Standard JSON Schema: a value that says in JSON Schema what it takes and what it gives. */
export interface StandardJSONSchemaV1<Input = unknown, Output = Input> {
  /** All that the specification asks for. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
    readonly jsonSchema: {
      readonly input: (options: JsonSchemaOptions) => Record<string, unknown>;
      readonly output: (options: JsonSchemaOptions) => Record<string, unknown>;
    };
  };
}

/** Any Standard Schema (arktype, zod, valibot …); the better when it also is a Standard JSON Schema. */
export type Schema = StandardSchemaV1 & {
  /** Both interfaces have one name for what they hold. */
  readonly "~standard": Partial<Pick<StandardJSONSchemaV1["~standard"], "jsonSchema">>;
};

/**
 * An object's named fields: a library that allows others beside them says so by an index signature, and by that
 * every name would be right. An object that names none is left as it is.
 */
export type NamedFields<T> = T extends object
  ? string extends keyof T
    ? {
        [K in keyof T as string extends K ? never : number extends K ? never : K]: NamedFields<T[K]>;
      } extends infer Fields
      ? keyof Fields extends never
        ? T
        : Fields
      : never
    : T
  : T;

/** What a schema takes. */
export type InferInput<S extends StandardSchemaV1> = NamedFields<
  NonNullable<S["~standard"]["types"]>["input"]
>;
/** What a schema gives. */
export type InferOutput<S extends StandardSchemaV1> = NamedFields<
  NonNullable<S["~standard"]["types"]>["output"]
>;
