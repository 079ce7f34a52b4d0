import { z } from 'zod';

/** Any value JSON can hold. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** An object of JSON values under keys that the user chose. */
export type JsonObject = Readonly<Record<string, JsonValue>>;

const preserved = { 'x-kubernetes-preserve-unknown-fields': true } as const;

/** Free JSON: kept as it is, its meaning is up to whoever reads it. */
export const freeJson = (description: string): z.ZodType<JsonValue, JsonValue> =>
  (z.unknown() as unknown as z.ZodType<JsonValue, JsonValue>).meta({ ...preserved, description });

/** A free JSON object: its keys are the user's own and are never re-cased. */
export const freeObject = (description: string): z.ZodType<JsonObject, JsonObject> =>
  (z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject, JsonObject>).meta({
    ...preserved,
    description,
  });

/** A JSON Schema (draft 2020-12) as a plain object; checked when it is used. */
export const jsonSchema = (description: string) => freeObject(`${description} A JSON Schema (draft 2020-12).`);
