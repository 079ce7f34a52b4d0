import { NotFound } from './api-error.ts';
import type { KubeClient } from './client.ts';
import type { KubeObject, ObjectRef, ResourceType } from './resource-type.ts';
import { secrets } from './secret.ts';

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** ConfigMaps. They are never cached. */
export const configMaps: ResourceType<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

/** A value of a ConfigMap; undefined when there is no such object or key. */
export async function readConfigMap(
  client: Pick<KubeClient, 'get'>,
  ref: ObjectRef,
  key: string,
): Promise<string | undefined> {
  try {
    return (await client.get(configMaps, ref)).data?.[key];
  } catch (error) {
    if (error instanceof NotFound) return undefined;
    throw error;
  }
}

/** A value of a Secret. @throws Error that names the Secret and the key, and never a value */
export async function readSecretKey(client: Pick<KubeClient, 'get'>, ref: ObjectRef, key: string): Promise<string> {
  const { data = {} } = await client.get(secrets, ref);
  const value = Object.hasOwn(data, key) ? data[key] : undefined;
  if (value === undefined) throw new Error(`the Secret ${ref.name} has no key ${key}`);
  return Buffer.from(value, 'base64').toString('utf8');
}
