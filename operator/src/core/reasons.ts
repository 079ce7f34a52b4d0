/** Types of the conditions that objects of Conclave carry. */
export const conditionTypes = { valid: 'Valid' } as const;

/** Reasons of the condition `Valid`: one word each, that programs may rely on. */
export const validReasons = {
  /** Every check that is made so far has passed. */
  allChecksPassed: 'AllChecksPassed',
  /** The object does not fit the schema of its kind. */
  schemaInvalid: 'SchemaInvalid',
} as const;
