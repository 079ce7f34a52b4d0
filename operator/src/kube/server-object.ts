import type { JsonObject } from '../api/json.ts';
import type { KubeObject, ResourceType } from './resource-type.ts';

/** What runs or reaches a server: a Deployment or a Service, as raw JSON. */
export interface ServerObject extends KubeObject {
  readonly spec?: JsonObject;
  readonly status?: JsonObject;
}

/** Deployments. */
export const deployments: ResourceType<ServerObject> = {
  ...{ group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true },
};

/** Services. */
export const services: ResourceType<ServerObject> = {
  ...{ group: '', version: 'v1', kind: 'Service', plural: 'services', namespaced: true },
};
