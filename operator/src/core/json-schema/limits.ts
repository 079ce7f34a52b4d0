/** Bounds that keep any schema and any value from costing more than a moment. */
export const schemaLimits = {
  /** Lists and objects inside a schema. */
  schema: { depth: 128, values: 200_000 },
  /** Schemas inside a schema, itself included. */
  subschemas: 10_000,
  /** Different regular expressions of one schema. */
  patterns: 256,
  /** Characters of one regular expression. */
  patternLength: 1024,
  /** Instructions of all regular expressions of one schema, as the engine compiles them. */
  patternInstructions: 10_000,
  /** Lists and objects inside a value that is checked. */
  value: { depth: 200, values: 1_000_000 },
  /** Schemas that are open at the same time while a value is checked: `$ref` in `$ref`, level in level. */
  openSchemas: 1000,
  /** Steps of checking one value; a step takes a tenth of a microsecond to half of one. */
  steps: 2_000_000,
  /** Steps of making an example, all values that are tried included. */
  exampleSteps: 500_000,
  /** Findings told of one value; whoever has more mends these first. */
  findings: 50,
} as const;
