import { group } from '../../api/kind.ts';
import { labelValue } from '../manifest/labels.ts';
import { shortHash, slug } from '../manifest/names.ts';

/** Where servers listen that the operator runs. */
export const serverPort = 8000;
/** The key of the Secret that holds the API key of a server. */
export const apiKeyName = 'api-key';

const longestPlain = 40;
const plain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

/**
 * The name of the Deployment, Service and Secret of a Model: `model-large`. One that no Service could have becomes its
 * beginning and a hash.
 */
export function serverName(model: string): string {
  const isPlain = model.length <= longestPlain && plain.test(model);
  return `model-${isPlain ? model : `${slug(model, longestPlain - 17)}-${shortHash(model)}`}`;
}

/** The label of what serves a Model: nothing of an attempt has it. */
export const modelLabelName = `${group}/model`;
/** Annotation of pods of a server: the digest of the API key that it demands. */
export const keyDigestName = `${group}/key-digest`;

/** The label by which what serves a Model is found. */
export const modelLabel = (model: string): Readonly<Record<string, string>> => ({
  [modelLabelName]: labelValue(model),
});

/** The part that a pod has in serving: those of one replica that spans nodes are led by the one that answers. */
export type ServerPart = 'server' | 'worker';

/** Labels of the pods of a Model, and of no others. */
export const podLabels = (model: string, part: ServerPart): Readonly<Record<string, string>> => ({
  'app.kubernetes.io/name': serverName(model),
  'app.kubernetes.io/component': part,
  ...modelLabel(model),
});

/** Where a server of ours is reached from inside the cluster. */
export const serverUrl = (model: string, namespace: string): string =>
  `http://${serverName(model)}.${namespace}.svc:${serverPort}/v1`;
