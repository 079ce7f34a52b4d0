import type { KubeClient } from './client.ts';
import { configMaps } from './read-values.ts';
import type { ObjectRef } from './resource-type.ts';

/** Makes a ConfigMap hold these values, whatever others wrote there under the same keys. Repeatable. */
export async function publishConfigMap(
  client: Pick<KubeClient, 'apply'>,
  { namespace, name }: ObjectRef,
  data: Readonly<Record<string, string>>,
): Promise<void> {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
  await client.apply(configMaps, configMap, { force: true });
}
