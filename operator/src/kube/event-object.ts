import { createHash } from 'node:crypto';
import { microTime } from './lease.ts';
import { withoutAbsent } from './project-metadata.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';

/** An events.k8s.io/v1 Event. */
export interface KubeEvent extends KubeObject {
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly type: EventType;
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly regarding: EventReference;
  readonly related?: EventReference;
  /** Absent for what happened once. */
  readonly series?: EventSeries;
}

/** How often something happened, and when last. */
export interface EventSeries {
  readonly count: number;
  readonly lastObservedTime: string;
}

export type EventType = 'Normal' | 'Warning';

interface EventReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
}

export const events: ResourceType<KubeEvent> = {
  group: 'events.k8s.io',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
};

/** Something worth telling people who look at an object. */
export interface Happening {
  /** The object it is told of. */
  readonly regarding: KubeObject;
  /** Another object that plays a part. */
  readonly related?: KubeObject;
  readonly type: EventType;
  /** Why, in PascalCase, such as `StepFailed`. */
  readonly reason: string;
  /** What was done or tried, in PascalCase, such as `StartJob`. */
  readonly action: string;
  /** For people; cut at 1,024 bytes, which is the server's bound. */
  readonly note: string;
}

/** Who reports; both go into every Event. */
export interface EventReporter {
  /** Such as `conclave.dev/operator`. */
  readonly reportingController: string;
  /** This process, at most 128 characters. */
  readonly reportingInstance: string;
}

/** What makes two happenings one: the same thing said of the same object for the same reason. */
export function happeningKey({ regarding, related, type, reason, action, note }: Happening): string {
  const { namespace, name, uid } = regarding.metadata;
  const who = [regarding.kind, namespace, name, uid, related?.metadata.uid];
  return createHash('sha256')
    .update(JSON.stringify([...who, type, reason, action, note]))
    .digest('hex')
    .slice(0, 20);
}

/** The happening without all of its objects that no Event shows: thousands are remembered, and objects are large. */
export function withoutContents(happening: Happening): Happening {
  const { regarding, related } = happening;
  return { ...happening, regarding: identityOf(regarding), ...(related && { related: identityOf(related) }) };
}

function identityOf({ apiVersion, kind, metadata: { name, namespace, uid } }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata: withoutAbsent({ name, namespace, uid }) };
}

/** Where the Event stands, the same in every process that reports the same happening. */
export function eventRef(happening: Happening): { readonly namespace: string; readonly name: string } {
  const { name, namespace = 'default' } = happening.regarding.metadata;
  const readable = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]/g, '-')
    .slice(0, 200)
    .replace(/[^a-z0-9]+$/, '');
  return { namespace, name: `${readable}.${happeningKey(happening)}` };
}

/** The Event of a happening that was seen `count` times. */
export function eventObject(
  happening: Happening,
  reporter: EventReporter,
  seen: { readonly count: number; readonly firstMs: number; readonly lastMs: number },
): KubeEvent {
  const { regarding, related, type, reason, action, note } = happening;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: eventRef(happening),
    eventTime: microTime(seen.firstMs),
    ...reporter,
    type,
    reason,
    action,
    note: cut(note, 1_024),
    regarding: reference(regarding),
    ...(related === undefined ? {} : { related: reference(related) }),
    ...(seen.count > 1 ? { series: eventSeries(seen.count, seen.lastMs) } : {}),
  };
}

/** `lastMs` in milliseconds since 1970. */
export function eventSeries(count: number, lastMs: number): EventSeries {
  return { count, lastObservedTime: microTime(lastMs) };
}

function reference({ apiVersion, kind, metadata }: KubeObject): EventReference {
  const { name, namespace, uid } = metadata;
  return {
    apiVersion,
    kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
  };
}

function cut(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text;
  const bytes = Buffer.from(text).subarray(0, maxBytes - Buffer.byteLength('…'));
  // A character that was cut through decodes to one replacement character.
  return `${bytes.toString('utf8').replace(/�$/, '')}…`;
}
