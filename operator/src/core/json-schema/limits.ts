/** Bounds that keep any schema and any value from costing more than a moment. */
export const schemaLimits = {
  /** Levels of lists and objects inside a schema. */
  depth: 128,
  /** Schemas inside a schema, itself included. */
  subschemas: 10_000,
  /** Different regular expressions of one schema. */
  patterns: 256,
  /** Characters of one regular expression. */
  patternLength: 1024,
  /** Instructions of all regular expressions of one schema, as the engine compiles them. */
  patternInstructions: 10_000,
  /** Levels of lists and objects inside a value that is checked. */
  valueDepth: 200,
  /** Schemas that are open at the same time while a value is checked: `$ref` in `$ref`, level in level. */
  openSchemas: 1000,
  /** Steps of checking one value; a step takes about a tenth of a microsecond. */
  steps: 4_000_000,
  /** Findings told of one value; whoever has more mends these first. */
  findings: 50,
} as const;
