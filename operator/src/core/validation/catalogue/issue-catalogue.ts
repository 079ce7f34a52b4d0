import { dataEntries } from './data-entries.ts';
import { flowEntries } from './flow-entries.ts';
import type { IssueEntry } from './issue-entry.ts';
import { lifecycleEntries } from './lifecycle-entries.ts';
import { referenceEntries } from './reference-entries.ts';
import { resourceEntries } from './resource-entries.ts';
import { schemaEntries } from './schema-entries.ts';
import { textEntries } from './text-entries.ts';

/** Every code of an issue, in the order of the documentation. */
export const issueCatalogue: readonly IssueEntry[] = [
  ...textEntries,
  ...schemaEntries,
  ...referenceEntries,
  ...flowEntries,
  ...lifecycleEntries,
  ...dataEntries,
  ...resourceEntries,
];
