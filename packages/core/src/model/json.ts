/** Plain data: what `JSON.stringify` and `structuredClone` both carry unchanged. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A plain object of {@link Json} values. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}
