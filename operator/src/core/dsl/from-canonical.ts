import { sourceLimits } from '../document/limits.ts';
import type { Issue, IssuePath } from '../issue.ts';
import { findExcessDepth } from '../validation/find-excess-depth.ts';
import { ownValue } from '../validation/schema-view.ts';
import { pipelineFromCanonical } from './pipeline-from-canonical.ts';
import { readReplay } from './read-replay.ts';
import type { Gathered } from './recase-to-manifest.ts';
import { followTrails } from './trails.ts';
import { workItemFromCanonical } from './work-item-from-canonical.ts';

/** A manifest that was made from a document in the canonical form. It need not fit its schema. */
export interface MadeManifest {
  readonly value: unknown;
  /** The path in the document for a path in the manifest; where nothing stands there, the path it would have. */
  originOf(path: IssuePath): IssuePath;
}

/** What a document in the canonical form says. Issues have the document's own paths. */
export interface FromCanonical {
  readonly manifests: readonly MadeManifest[];
  readonly issues: readonly Issue[];
}

/** Fields that a document in the canonical form should have beside those that a Pipeline must have. */
const expected = ['version', 'workspace_id', 'project_id'];

/**
 * The manifests for a document in the canonical form: a Pipeline, and a WorkItem where it has an enabled `replay` or a
 * `work_item`. Nothing is lost: what no field can hold stands in annotations. Never throws.
 */
export function fromCanonical(document: object): FromCanonical {
  const excess = findExcessDepth(document, sourceLimits.depth);
  if (excess !== undefined) return { manifests: [], issues: [excess] };
  const gathered: Gathered = { issues: [], trails: new Map() };
  const replay = readReplay(ownValue(document, 'replay'));
  const pipeline = pipelineFromCanonical(document, replay, gathered);
  const workItem = workItemFromCanonical(document, replay, gathered);
  const manifests = workItem === undefined ? [pipeline] : [pipeline, workItem];
  return {
    manifests: manifests.map((value) => ({ value, originOf: (path) => followTrails(gathered.trails, value, path) })),
    issues: [...replay.issues, ...gathered.issues, ...missingFields(document)],
  };
}

function missingFields(document: object): Issue[] {
  return expected
    .filter((field) => !Object.hasOwn(document, field))
    .map((field) => ({
      code: 'RequiredField',
      severity: 'warning',
      path: [field],
      message: `${field} is missing, which the canonical form asks for`,
    }));
}
