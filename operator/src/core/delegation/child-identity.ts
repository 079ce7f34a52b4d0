import { apiVersion, group } from '../../api/kind.ts';
import type { ObjectMeta, OwnerReference } from '../../api/object-meta.ts';
import { annotationNames, labelNames } from '../manifest/labels.ts';
import type { ClusterObject } from './cluster-object.ts';

/** For which part of which WorkItem an object is made. */
export interface ChildIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly workItem: { readonly name: string; readonly uid: string };
  /** Path of the step. */
  readonly path: string;
  /** Digest of what the attempt was made from, as its record has it. */
  readonly specDigest: string;
  /** Labels that it gets on top of its own. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whether it goes when the WorkItem goes. */
  readonly isOwned: boolean;
}

/** Names of labels and annotations that only the operator may give. */
export function isReservedKey(key: string): boolean {
  const domain = key.slice(0, Math.max(0, key.indexOf('/')));
  return domain === group || domain.endsWith(`.${group}`);
}

type TextMap = Readonly<Record<string, string>>;

/** Metadata of an object that is made for a step, by which it is known again: what the step's Method gives, and ours on top. */
export function renderMetadata(
  identity: ChildIdentity,
  given: { readonly labels?: TextMap | undefined; readonly annotations?: TextMap | undefined } = {},
): ObjectMeta {
  const { name, namespace, workItem, path, specDigest, labels, isOwned } = identity;
  const evidence = {
    [labelNames.workItemUid]: workItem.uid,
    [annotationNames.path]: path,
    [annotationNames.specDigest]: specDigest,
  };
  return {
    name,
    namespace,
    labels: { ...given.labels, ...labels },
    annotations: { ...given.annotations, ...evidence },
    ...(isOwned ? { ownerReferences: [ownerReference(workItem)] } : {}),
  };
}

function ownerReference({ name, uid }: ChildIdentity['workItem']): OwnerReference {
  return { apiVersion, kind: 'WorkItem', name, uid, controller: true };
}

/** Why an object is not the one that was made for this step of this WorkItem; undefined when it is. */
export function whyForeign({ metadata }: ClusterObject, identity: ChildIdentity): string | undefined {
  const { ownerReferences = [], annotations = {} } = metadata;
  const controller = ownerReferences.find((owner) => owner.controller === true);
  const { workItem, path, isOwned } = identity;
  if (controller !== undefined && controller.uid !== workItem.uid)
    return `it belongs to ${controller.kind} ${controller.name}`;
  if (isOwned && controller === undefined) return 'it has no owner';
  if (annotations[labelNames.workItemUid] !== workItem.uid) return 'it was not made for this WorkItem';
  const other = annotations[annotationNames.path];
  return other === path ? undefined : `it was made for the step ${other ?? '(none)'}`;
}

/** Whether an object was made from this very digest. */
export function isMadeFrom({ metadata }: ClusterObject, { specDigest }: ChildIdentity): boolean {
  return metadata.annotations?.[annotationNames.specDigest] === specDigest;
}
