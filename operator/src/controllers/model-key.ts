import type { Model } from '../api/model.ts';
import type { AccessProblem } from '../core/delegation/access-problem.ts';
import { type ClusterObject, referenceTo } from '../core/delegation/cluster-object.ts';
import { digestOf } from '../core/digest.ts';
import { ownedByModel, whyNotOfModel } from '../core/model/render-dedicated.ts';
import { apiKeyName } from '../core/model/server-names.ts';
import type { ObjectCluster } from './object-cluster.ts';

/** The API key of a server: where it stands is known, and of the key itself the digest alone is kept. */
export type ModelKey =
  | { readonly digest: string }
  | { readonly problem: AccessProblem }
  /** Its Secret is another's, or is not as it was made. */
  | { readonly foreign: string };

interface SecretObject extends ClusterObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Finds the API key of a Model's server, drawn once: pods that demand it and agents that give it read the same Secret. */
export async function ensureModelKey(
  model: Model,
  { cluster, drawKey }: { readonly cluster: Pick<ObjectCluster, 'get' | 'create'>; readonly drawKey: () => string },
  signal: AbortSignal,
): Promise<ModelKey> {
  const metadata = ownedByModel(model);
  const wanted = { apiVersion: 'v1', kind: 'Secret', metadata };
  const found = await cluster.get(referenceTo(wanted, metadata.namespace ?? ''), signal);
  if ('object' in found) return readKey(found.object, model);
  if (found.problem.kind !== 'absent') return found;
  const secret = { ...wanted, type: 'Opaque', immutable: true, stringData: { [apiKeyName]: drawKey() } };
  const made = await cluster.create(secret, signal);
  return 'object' in made ? readKey(made.object, model) : made;
}

function readKey(secret: SecretObject, model: Model): ModelKey {
  const { name } = secret.metadata;
  const why = whyNotOfModel(secret, model);
  if (why !== undefined) return { foreign: `Secret ${name} is there already and is not touched: ${why}` };
  const key = secret.data?.[apiKeyName];
  if (key === undefined || key === '') return { foreign: `Secret ${name} has no key ${apiKeyName}` };
  return { digest: digestOf(key) };
}
