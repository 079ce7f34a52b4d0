import type { ObjectMeta } from '../api/object-meta.ts';

export type { ObjectMeta, OwnerReference } from '../api/object-meta.ts';

/** Any object of the cluster as raw JSON, exactly as the API server sent it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** A kind of object the API server serves, and the TypeScript type `T` of its objects. */
export interface ResourceType<T extends KubeObject = KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** As in URLs and RBAC: lower case, plural. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Carries `T` for the compiler alone; never set. */
  readonly objectType?: T;
}

/** Names one object; the namespace is absent for cluster-scoped kinds. */
export interface ObjectRef {
  readonly namespace?: string;
  readonly name: string;
}

/** The `apiVersion` of a type's objects: `v1` or `group/version`. */
export function apiVersionOf(type: ResourceType): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** The resource as RBAC and error messages spell it: `pods`, `jobs.batch`, `workitems.conclave.dev/status`. */
export function resourceName(type: ResourceType, subresource?: string): string {
  const resource = type.group === '' ? type.plural : `${type.plural}.${type.group}`;
  return subresource === undefined ? resource : `${resource}/${subresource}`;
}

/** The URL path of all objects of a type, in one namespace or (namespace absent) in the whole cluster. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  if (namespace === undefined) return `${root}/${type.plural}`;
  if (!type.namespaced) throw new TypeError(`${resourceName(type)} has no namespaces, yet '${namespace}' was given`);
  return `${root}/namespaces/${pathSegment(namespace, 'namespace')}/${type.plural}`;
}

/** The URL path of one object, or of its subresource. */
export function objectPath(type: ResourceType, ref: ObjectRef, subresource?: string): string {
  if (type.namespaced && ref.namespace === undefined) {
    throw new TypeError(`${resourceName(type)} '${ref.name}' needs a namespace`);
  }
  const path = `${collectionPath(type, ref.namespace)}/${pathSegment(ref.name, 'name')}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** An empty name would address the whole collection, `..` another object: both must never reach a URL. */
function pathSegment(value: string, what: string): string {
  if (!isObjectName(value)) throw new TypeError(`'${value}' is no ${what} of a Kubernetes object`);
  return encodeURIComponent(value);
}

/** Whether an object could be called so: no other name can be asked for. */
export function isObjectName(value: string): boolean {
  return value !== '' && value !== '.' && value !== '..' && !/[/%]/.test(value);
}
