import { group, version } from '../../api/api-version.ts';
import type { Model } from '../../api/model.ts';
import { gpusOf } from '../../core/model/render-server.ts';
import type { ClusterKind, ClusterObject } from '../cluster/account.ts';
import { listAll } from '../cluster/list-all.ts';
import type { Check, Examination, Finding } from './finding.ts';

interface Node extends ClusterObject {
  readonly status?: { readonly allocatable?: Readonly<Record<string, string>> };
}

const models: ClusterKind<Model> = { group, version, kind: 'Model', plural: 'models', namespaced: true };
const nodes: ClusterKind<Node> = { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false };
const usualResource = 'nvidia.com/gpu';

const modelsOf = ({ account, namespace }: Examination) =>
  listAll(account.client, models, namespace === undefined ? {} : { namespace });

/** Whether the Models answer. */
export const checkModels: Check = async (examination) => {
  const check = 'Models';
  const found = await modelsOf(examination);
  const findings = found.flatMap(({ metadata, status = {} }): Finding[] => {
    const name = `${metadata.namespace ?? ''}/${metadata.name}`;
    const ready = status.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status === 'True') return [];
    const why = ready === undefined ? 'the operator has not looked at it yet' : `${ready.reason}: ${ready.message}`;
    const result = ready?.status === 'False' ? 'failed' : 'warning';
    const hint = `kubectl -n ${metadata.namespace ?? ''} describe model ${metadata.name}`;
    return [{ check, result, message: `${name} is not ready: ${why}`, hint }];
  });
  if (findings.length > 0) return findings;
  const message = found.length === 0 ? 'there are no Models here' : `all ${found.length} Models are ready`;
  return [{ check, result: 'ok', message }];
};

/** Whether nodes have the GPUs that Models ask for. */
export const checkGpus: Check = async (examination) => {
  const check = 'GPUs';
  const needed = new Map((await modelsOf(examination)).flatMap(gpuNeedOf));
  const allocatable = await listAll(examination.account.client, nodes, {});
  const countOf = (resource: string) =>
    allocatable.reduce((sum, { status }) => sum + Number(status?.allocatable?.[resource] ?? 0), 0);
  const missing = [...needed].filter(([resource]) => countOf(resource) === 0);
  if (missing.length > 0)
    return missing.map(([resource, model]) => ({
      ...{ check, result: 'failed', message: `no node has ${resource}, which the Model ${model} asks for` },
      hint: "install the GPU's device plugin, add nodes that have some, or give the Model an endpoint",
    }));
  const count = countOf(usualResource);
  return [
    {
      check,
      result: 'ok',
      message: count === 0 ? 'no node has a GPU, and no Model needs one' : `the nodes have ${count} GPUs`,
    },
  ];
};

function gpuNeedOf({ metadata, spec }: Model): readonly (readonly [resource: string, model: string])[] {
  const served = spec.dedicated ?? spec.sidecar;
  // A claim brings its own devices, which no node counts.
  const isClaimed = served?.resources?.resourceClaimTemplateName !== undefined;
  if (served === undefined || isClaimed || gpusOf(served) === 0) return [];
  return [[served.resources?.gpuResourceName ?? usualResource, `${metadata.namespace ?? ''}/${metadata.name}`]];
}
