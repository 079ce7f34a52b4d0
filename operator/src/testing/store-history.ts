import type { KubeObject } from '../kube/resource-type.ts';
import { compareResourceVersions } from '../kube/resource-version.ts';
import type { StoreEvent } from '../kube/store-events.ts';

/** What a handler was told, and whether it makes sense as the life of each object. */
export class StoreHistory {
  readonly #versions = new Map<string, string>();
  readonly #deleted = new Set<string>();
  readonly violations: string[] = [];
  events = 0;

  /** The handler to subscribe. */
  readonly record = ({ type, key, object }: StoreEvent<KubeObject>): void => {
    this.events += 1;
    const { uid = '', resourceVersion = '' } = object.metadata;
    const before = this.#versions.get(uid);
    const happened = `${type} ${key} (${uid}) at ${resourceVersion}`;
    if (this.#deleted.has(uid)) this.violations.push(`${happened}, after it was deleted`);
    if ((type === 'added') !== (before === undefined))
      this.violations.push(`${happened}, but before: ${before ?? 'none'}`);
    if (before !== undefined && !isLater(type, before, resourceVersion))
      this.violations.push(`${happened}, after ${before}`);
    if (type === 'deleted') {
      this.#deleted.add(uid);
      this.#versions.delete(uid);
    } else {
      this.#versions.set(uid, resourceVersion);
    }
  };

  /** The objects that exist by what was told: their uid and version. */
  present(): Map<string, string> {
    return new Map(this.#versions);
  }
}

/** The version of each object by its uid, to be compared with `StoreHistory.present`. */
export function versionsOf(objects: readonly KubeObject[]): Map<string, string> {
  return new Map(objects.map(({ metadata: { uid = '', resourceVersion = '' } }) => [uid, resourceVersion]));
}

function isLater(type: string, before: string, after: string): boolean {
  const order = compareResourceVersions(after, before) ?? 0;
  return type === 'deleted' ? order >= 0 : order > 0;
}
