// Types only. Written in the forms that were found to infer: `keyof` over a mapped type makes an error list the names.

/** A type with its intersections folded together: what a reader of an error or a hover sees. */
export type Simplify<T> = T extends unknown ? { [K in keyof T]: T[K] } : never;
/** Every key of every member of a union. */
export type AllKeys<T> = T extends unknown ? keyof T & string : never;
/**
 * What stands under a key, in every member of a union; `undefined` where a member lacks it.
 *
 * @internal
 */
type At<T, K extends string> = T extends unknown ? (K extends keyof T ? T[K] : undefined) : never;
type Leaf =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | readonly unknown[]
  | ((...a: never[]) => unknown);
/**
 * What can be looked into.
 *
 * @internal
 */
type Nested<T> = Exclude<T, Leaf>;
/**
 * "a" | "ctx" | "ctx.ip": dotted paths, four levels.
 *
 * @internal
 */
type Paths<T, D extends readonly unknown[]> = {
  [K in AllKeys<T>]:
    | K
    | (D extends readonly [unknown, ...infer E]
        ? [Nested<At<T, K>>] extends [never]
          ? never
          : `${K}.${Paths<Nested<At<T, K>>, E>}`
        : never);
}[AllKeys<T>];
/** Dotted paths into a row, four levels deep. */
export type Path<T> = PathOf<T, {} | null | undefined>;
/** The type of the value at a path; with `undefined` where something on the way can be missing. */
export type ValueAt<T, P extends string> =
  P extends AllKeys<T>
    ? At<T, P>
    : P extends `${infer K}.${infer R}`
      ? ValueAt<Nested<At<T, K>>, R> | (Extract<At<T, K>, null | undefined> extends never ? never : undefined)
      : never;
/** Paths of T whose value, when there is one, is a V. */
export type PathOf<T, V> = keyof {
  [P in Paths<T, [0, 0, 0]> as [NonNullable<ValueAt<T, P>>] extends [never]
    ? never
    : NonNullable<ValueAt<T, P>> extends V
      ? P
      : never]: 0;
};
/**
 * `undefined` when the value at a path can be missing, else nothing.
 *
 * @internal
 */
export type MissingOf<T, P extends string> =
  Extract<ValueAt<T, P>, null | undefined> extends never ? never : undefined;

/** A row with fields added or replaced, for every member of a union of rows. */
export type Extend<Row, F> = Row extends unknown ? Simplify<Omit<Row, keyof F> & F> : never;
