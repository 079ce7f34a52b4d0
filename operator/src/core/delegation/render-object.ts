import type { JsonObject, JsonValue } from '../../api/json.ts';
import type { Issue, IssuePath } from '../issue.ts';
import { quote } from '../quote.ts';
import { resolveTemplates } from '../template/resolve-template.ts';
import { type ChildIdentity, isReservedKey, renderMetadata } from './child-identity.ts';
import type { ClusterObject } from './cluster-object.ts';
import { groupOf, whyNotMade } from './forbidden-kinds.ts';
import { methodScope, type MethodVariables } from './method-scope.ts';

/** What an object is made from. */
export interface ObjectRequest extends MethodVariables {
  /** `spec.object.template` of the Method. */
  readonly template: JsonObject;
  readonly identity: ChildIdentity;
}

/** An object to apply, or what is wrong with its template; paths begin at the Method. */
export type RenderedObject = { readonly object: ClusterObject } | { readonly issues: readonly Issue[] };

const root: IssuePath = ['spec', 'object', 'template'];

/**
 * The object that a Method's template makes for a step. Values are put in after the template was read, so data can
 * neither add fields nor templates; name, namespace and owner are the operator's, whatever the template says.
 */
export function renderObject({ template, identity, ...variables }: ObjectRequest): RenderedObject {
  const resolved = resolveTemplates(template, methodScope(variables));
  if ('problem' in resolved) return { issues: [{ ...resolved.problem, path: root }] };
  const content = resolved.value as JsonObject;
  const issues = rules.flatMap((rule) => rule(content, identity));
  if (issues.length > 0) return { issues };
  const { labels, annotations } = (content['metadata'] ?? {}) as Metadata;
  const object = { ...content, metadata: renderMetadata(identity, { labels, annotations }) };
  return { object: object as unknown as ClusterObject };
}

interface Metadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

type Rule = (content: JsonObject, identity: ChildIdentity) => Issue[];

const rules: readonly Rule[] = [
  findKindIssues,
  findMetadataIssues,
  findStatus,
  (content) => findReservedKeys(content, root),
];

function findKindIssues({ apiVersion, kind }: JsonObject): Issue[] {
  const texts = Object.entries({ apiVersion, kind }).filter(([, value]) => typeof value !== 'string' || value === '');
  if (texts.length > 0 || typeof apiVersion !== 'string' || typeof kind !== 'string')
    return texts.map(([field]) => issueAt([field], 'ObjectKindMissing', `the template needs a text as ${field}`));
  const why = whyNotMade({ group: groupOf(apiVersion), kind });
  return why === undefined ? [] : [issueAt(['kind'], 'ObjectKindForbidden', why)];
}

/** Fields of metadata that are the operator's own, and where what they would do is said instead. */
const operatorsOwn: Readonly<Record<string, string>> = {
  generateName: 'leave it out: the operator names the object, so that an attempt never makes two',
  ownerReferences: 'leave it out: `spec.object.deletion` says with what the object goes',
  finalizers: 'leave it out: a finalizer that nobody removes keeps the object for ever',
};

function findMetadataIssues({ metadata = {} }: JsonObject, { namespace }: ChildIdentity): Issue[] {
  if (!isObject(metadata)) return [issueAt(['metadata'], 'ObjectMetadataInvalid', 'metadata must be an object')];
  const own = Object.entries(operatorsOwn)
    .filter(([field]) => metadata[field] !== undefined)
    .map(([field, hint]) =>
      issueAt(['metadata', field], 'ObjectMetadataForbidden', `a template may not set ${field}`, hint),
    );
  return [...own, ...findOtherNamespace(metadata, namespace), ...findMapIssues(metadata)];
}

function findOtherNamespace({ namespace: asked }: JsonObject, namespace: string): Issue[] {
  if (asked === undefined || asked === namespace) return [];
  const message = `the object is made in the WorkItem's namespace ${namespace}, not in ${quote(JSON.stringify(asked))}`;
  return [issueAt(['metadata', 'namespace'], 'ObjectMetadataForbidden', message, 'leave the namespace out')];
}

function findMapIssues(metadata: JsonObject): Issue[] {
  return (['labels', 'annotations'] as const)
    .filter((field) => metadata[field] !== undefined && !isTextMap(metadata[field]))
    .map((field) =>
      issueAt(['metadata', field], 'ObjectMetadataInvalid', `${field} must be texts by name`, 'put numbers in quotes'),
    );
}

function findStatus({ status }: JsonObject): Issue[] {
  if (status === undefined) return [];
  return [issueAt(['status'], 'ObjectStatusForbidden', 'status is written by the engine that runs the object')];
}

/** Anywhere: a Pod template with the operator's labels would pass for the Pod of another WorkItem. */
function findReservedKeys(value: JsonValue, path: IssuePath): Issue[] {
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).flatMap((item, index) => findReservedKeys(item, [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, field]) => [
    ...(isReservedKey(key) ? [reservedKey([...path, key], key)] : []),
    ...findReservedKeys(field, [...path, key]),
  ]);
}

const reservedKey = (path: IssuePath, key: string): Issue => {
  return { code: 'ReservedKey', path, message: `${quote(key)} is for the operator to give`, hint: 'leave it out' };
};

function issueAt(path: IssuePath, code: string, message: string, hint?: string): Issue {
  return { code, path: [...root, ...path], message, ...(hint === undefined ? {} : { hint }) };
}

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTextMap = (value: JsonValue | undefined) =>
  value !== undefined && isObject(value) && Object.values(value).every((text) => typeof text === 'string');
