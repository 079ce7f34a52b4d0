import { ownValue } from '../validation/schema-view.ts';
import { isPlainObject } from './is-plain-object.ts';
import { withoutKeys } from './without-keys.ts';

/** What only the API server sets. */
const setByServer = new Set([
  ...['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'],
  ...['managedFields', 'selfLink'],
]);

/** What kubectl notes for itself. */
const setByKubectl = new Set(['kubectl.kubernetes.io/last-applied-configuration']);

/** The part of an object that its author wrote: without status, and without what the server and kubectl note. */
export function writtenPart(manifest: object): object {
  const metadata = ownValue(manifest, 'metadata');
  const rest = withoutKeys(manifest, new Set(['status']));
  if (!isPlainObject(metadata)) return rest;
  const written = withoutKeys(metadata, setByServer);
  const annotations = ownValue(written, 'annotations');
  if (!isPlainObject(annotations)) return { ...rest, metadata: written };
  const left = withoutKeys(annotations, setByKubectl);
  const isEmptied = Object.keys(left).length === 0 && Object.keys(annotations).length > 0;
  const kept = isEmptied ? withoutKeys(written, new Set(['annotations'])) : { ...written, annotations: left };
  return { ...rest, metadata: kept };
}
