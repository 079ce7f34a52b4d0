/** Bounds that keep any text from costing more than a moment and a few hundred megabytes. */
export const sourceLimits = {
  /** Bytes of one file. An object in a cluster is at most 1.5 MiB. */
  fileBytes: 5 * 1024 * 1024,
  /** Levels of lists and objects, those that aliases bring included. */
  depth: 100,
  /** Places in one file where a value may begin: commas, brackets, and colons and dashes before space. */
  marks: 250_000,
  /** Values of one document when each alias counts as often as it is used. */
  expandedValues: 200_000,
  /** Values of one object. One that fits a cluster's 1.5 MiB hardly has more. */
  documentValues: 75_000,
  /** Documents of one file. */
  documents: 10_000,
  /** Issues told of one file; the rest is counted. */
  issues: 1000,
} as const;
