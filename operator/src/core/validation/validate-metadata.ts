import type { Issue, IssuePath } from '../issue.ts';
import { quote } from '../quote.ts';
import { labelFault, labelValueFault, qualifiedNameFault, subdomainFault } from './kubernetes-names.ts';
import { suggestName } from './nearest-name.ts';
import { ownValue } from './schema-view.ts';

/** The fields of ObjectMeta; the API server refuses others. */
const metadataFields = [
  ...['name', 'generateName', 'namespace', 'labels', 'annotations', 'finalizers', 'ownerReferences'],
  ...['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp'],
  ...['deletionGracePeriodSeconds', 'managedFields', 'selfLink'],
];

/** Bytes that the annotations of one object may take, as Kubernetes counts them. */
const ANNOTATION_BYTES = 256 * 1024;

/** What Kubernetes refuses in an object's metadata: names, labels, annotations; at most `limit` unknown fields. */
export function validateMetadata(metadata: unknown, limit: number): Issue[] {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return [];
  return [
    ...unknownFields(metadata, limit),
    ...validateName(metadata),
    ...textIssues(['metadata', 'namespace'], ownValue(metadata, 'namespace'), labelFault),
    ...validateKeys('labels', ownValue(metadata, 'labels')),
    ...validateKeys('annotations', ownValue(metadata, 'annotations')),
    ...validateLabelValues(ownValue(metadata, 'labels')),
    ...validateAnnotationSize(ownValue(metadata, 'annotations')),
  ];
}

function unknownFields(metadata: object, limit: number): Issue[] {
  const unknown = Object.keys(metadata).filter((name) => !metadataFields.includes(name));
  return unknown.slice(0, limit).map((name) => {
    const hint = suggestName(name, metadataFields, 'fields here');
    return {
      code: 'UnknownField',
      path: ['metadata', name],
      message: `unknown field ${quote(name)}`,
      ...(hint !== undefined && { hint }),
      atKey: true,
    };
  });
}

function validateName(metadata: object): Issue[] {
  const name = ownValue(metadata, 'name');
  const generateName = ownValue(metadata, 'generateName');
  if (name !== undefined) return textIssues(['metadata', 'name'], name, subdomainFault);
  if (generateName !== undefined)
    return textIssues(['metadata', 'generateName'], generateName, (prefix) => subdomainFault(prefix.replace(/-$/, '')));
  const hint = 'give the object a name, unique in its namespace';
  return [{ code: 'RequiredField', path: ['metadata', 'name'], message: 'name is required', hint }];
}

/** Values that are no text are the schema's business. */
function textIssues(path: IssuePath, value: unknown, faultOf: (text: string) => string | undefined): Issue[] {
  if (typeof value !== 'string') return [];
  const fault = faultOf(value);
  return fault === undefined ? [] : [{ code: 'InvalidName', path, message: `${quote(value)} ${fault}` }];
}

function validateKeys(field: 'labels' | 'annotations', map: unknown): Issue[] {
  return entriesOf(map).flatMap(([key]) => {
    // Kubernetes compares the keys of annotations without regard to case.
    const fault = qualifiedNameFault(field === 'annotations' ? key.toLowerCase() : key);
    if (fault === undefined) return [];
    return [{ code: 'InvalidName', path: ['metadata', field, key], message: `${quote(key)} ${fault}`, atKey: true }];
  });
}

function validateLabelValues(labels: unknown): Issue[] {
  return entriesOf(labels).flatMap(([key, value]) => textIssues(['metadata', 'labels', key], value, labelValueFault));
}

function validateAnnotationSize(annotations: unknown): Issue[] {
  const encoder = new TextEncoder();
  const texts = entriesOf(annotations)
    .flat()
    .filter((part) => typeof part === 'string');
  const bytes = texts.reduce((sum, text) => sum + encoder.encode(text).length, 0);
  if (bytes <= ANNOTATION_BYTES) return [];
  const message = `annotations take ${bytes} bytes; at most ${ANNOTATION_BYTES} are allowed`;
  return [{ code: 'TooLong', path: ['metadata', 'annotations'], message }];
}

function entriesOf(map: unknown): [string, unknown][] {
  return typeof map === 'object' && map !== null && !Array.isArray(map) ? Object.entries(map) : [];
}
