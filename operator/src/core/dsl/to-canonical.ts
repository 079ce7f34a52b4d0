import { isError, type Issue } from '../issue.ts';
import { quote } from '../quote.ts';
import { ownValue } from '../validation/schema-view.ts';
import { firstDifference } from './first-difference.ts';
import { fromCanonical } from './from-canonical.ts';
import { isPlainObject } from './is-plain-object.ts';
import { noCanonicalForm } from './no-canonical-form.ts';
import { orderFields, pipelineToCanonical } from './pipeline-to-canonical.ts';
import { workItemToCanonical } from './work-item-to-canonical.ts';
import { writtenPart } from './written-part.ts';

/** An issue of one of several manifests, by its position among them. */
export interface ManifestIssue {
  readonly manifest: number;
  readonly issue: Issue;
}

/** Documents in the canonical form, or what of the manifests it cannot say. */
export interface ToCanonical {
  /** One for each Pipeline, in their order. */
  readonly documents: readonly object[];
  readonly issues: readonly ManifestIssue[];
}

interface Indexed {
  readonly manifest: number;
  readonly value: object;
}

/**
 * The documents in the canonical form for manifests that fit their schemas: one for each Pipeline, with its WorkItem
 * where there is one. Each is converted back and compared, so that nothing is lost: what would not come back as it was
 * is an issue. What the server sets is left out. Never throws.
 */
export function toCanonical(manifests: readonly unknown[]): ToCanonical {
  const indexed = manifests.map((value, manifest) => ({
    manifest,
    value: isPlainObject(value) ? writtenPart(value) : {},
  }));
  const pipelines = indexed.filter(isOfKind('Pipeline'));
  const groups = pipelines.map((pipeline) => ({ pipeline, workItems: indexed.filter(runs(pipeline)) }));
  const grouped = new Set<Indexed>(groups.flatMap(({ pipeline, workItems }) => [pipeline, ...workItems]));
  const converted = groups.map(convertGroup);
  const strays = indexed.filter((each) => !grouped.has(each));
  return {
    documents: converted.map(({ document }) => document),
    issues: [
      ...converted.flatMap(({ issues }) => issues),
      ...strays.map(({ manifest, value }) => ({ manifest, issue: describeStray(value) })),
    ],
  };
}

const isOfKind =
  (kind: string) =>
  ({ value }: Indexed): boolean =>
    ownValue(value, 'kind') === kind;

/** Whether an object is a WorkItem that runs a Pipeline of the same namespace. */
function runs(pipeline: Indexed): (other: Indexed) => boolean {
  const metadata = ownValue(pipeline.value, 'metadata');
  const name = ownValue(metadata, 'name');
  return (other) =>
    isOfKind('WorkItem')(other) &&
    name !== undefined &&
    ownValue(ownValue(ownValue(other.value, 'spec'), 'pipelineRef'), 'name') === name &&
    ownValue(ownValue(other.value, 'metadata'), 'namespace') === ownValue(metadata, 'namespace');
}

function describeStray(value: object): Issue {
  const kind = ownValue(value, 'kind');
  if (kind !== 'WorkItem') return noCanonicalForm([], `it has no kind ${quote(String(kind))}`, 'convert it on its own');
  const hasOwnPipeline = ownValue(ownValue(value, 'spec'), 'pipelineRef') === undefined;
  return hasOwnPipeline
    ? noCanonicalForm(['spec'], 'a WorkItem without pipelineRef', 'make the pipeline a Pipeline of its own')
    : noCanonicalForm(
        ['spec', 'pipelineRef'],
        'a WorkItem without its Pipeline',
        'convert it together with the Pipeline of this name, in the same namespace',
      );
}

interface Group {
  readonly pipeline: Indexed;
  readonly workItems: readonly Indexed[];
}

interface ConvertedGroup {
  readonly document: object;
  readonly issues: readonly ManifestIssue[];
}

function convertGroup({ pipeline, workItems }: Group): ConvertedGroup {
  const [workItem, ...others] = workItems;
  const hasReplay = ownValue(ownValue(workItem?.value, 'spec'), 'replay') !== undefined;
  const issues: Issue[] = [];
  const fields = pipelineToCanonical(pipeline.value, { hasReplay }, issues);
  const itemIssues: Issue[] = [];
  const itemFields = workItem && workItemToCanonical(workItem.value, fields, itemIssues);
  const document = orderFields(new Map([...fields, ...(itemFields ?? [])]));
  const made = fromCanonical(document);
  const compared = [pipeline, ...(workItem === undefined ? [] : [workItem])].flatMap(({ manifest, value }, index) => {
    const found = index === 0 ? issues : itemIssues;
    const lost = found.length > 0 ? [] : compare(value, made.manifests[index]?.value, made.issues);
    return [...found, ...lost].map((issue) => ({ manifest, issue }));
  });
  const twice = noCanonicalForm([], 'a second WorkItem of one Pipeline', 'convert each with a Pipeline of its own');
  return { document, issues: [...compared, ...others.map(({ manifest }) => ({ manifest, issue: twice }))] };
}

/** What of a manifest would not come back from the canonical form as it is. */
function compare(manifest: object, again: unknown, issues: readonly Issue[]): Issue[] {
  const refused = issues.find(isError);
  if (refused !== undefined) return [noCanonicalForm([], refused.message, refused.hint)];
  const difference = firstDifference(manifest, again);
  return difference === undefined ? [] : [noCanonicalForm(difference, 'it would not come back as it is')];
}
