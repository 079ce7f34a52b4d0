import type { MethodSpec } from '../../../api/method.ts';
import type { Placement, Resources } from '../../../api/placement.ts';
import type { Step } from '../../../api/step/step.ts';
import { Decimal } from '../../estimate/decimals.ts';
import { modeOf } from '../../pipeline/step-methods.ts';
import { isShell } from '../../agent/role-tools.ts';
import { agentRoleOf, calledMethod } from '../called-objects.ts';
import type { WorldIndex } from '../world.ts';
import { parseQuantity } from './quantity.ts';

/** What the pod of a step asks of a node. */
export interface PodRequest {
  /** Exact amounts by resource name: `cpu`, `memory`, `nvidia.com/gpu`. */
  readonly amounts: ReadonlyMap<string, Decimal>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly gpus: number;
  /** Resource name that counts the GPUs. */
  readonly gpuResource: string;
}

/** What a step's pod asks for by the step, its role, its Method and a model beside it; undefined when it has no pod. */
export function podRequestOf(step: Step, index: WorldIndex): PodRequest | undefined {
  if (!hasPod(step, index)) return undefined;
  const { resources: main, nodeSelector } = mainContainer(step, index);
  const beside = sidecarResources(step, index);
  const gpuResource = main.gpuResourceName ?? beside.gpuResourceName ?? 'nvidia.com/gpu';
  // Claims of dynamic resource allocation are not counted on nodes.
  const gpus = main.resourceClaimTemplateName === undefined ? (main.gpu ?? 0) + (beside.gpu ?? 0) : 0;
  const amounts = new Map<string, Decimal>();
  for (const part of [main, beside, shellResources(step, index)]) addAmounts(amounts, part);
  if (gpus > 0) amounts.set(gpuResource, new Decimal(gpus));
  return { amounts, nodeSelector, gpus, gpuResource };
}

/** What the step says comes before its role or Council, and that before its Method. */
function mainContainer(step: Step, index: WorldIndex) {
  const council = step.type === 'council' ? index.council(step.council)?.spec : undefined;
  const parts = [podBlock(calledMethod(step, index)?.spec), agentRoleOf(step, index)?.spec, council, podFieldsOf(step)];
  const resources = parts.reduce<Resources>((all, part) => ({ ...all, ...part?.resources }), {});
  const placement = parts.reduce<Placement>((all, part) => ({ ...all, ...part?.placement }), {});
  return { resources, nodeSelector: placement.nodeSelector ?? {} };
}

interface PodFields {
  readonly resources?: Resources | undefined;
  readonly placement?: Placement | undefined;
}

const podFieldsOf = (step: Step): PodFields => step as PodFields;

/** The block of a Method that becomes a pod. */
function podBlock(spec: MethodSpec | undefined): PodFields | undefined {
  if (spec?.type === 'image') return spec.image;
  return spec?.type === 'model' ? (spec.image ?? spec.serving) : undefined;
}

function hasPod(step: Step, index: WorldIndex): boolean {
  const mode = modeOf(step, calledMethod(step, index));
  if (mode === 'k8s') return true;
  return mode === 'direct' && step.type !== 'validation' && step.type !== 'output';
}

/** A Model that runs as a sidecar brings its GPUs into the pod. */
function sidecarResources(step: Step, index: WorldIndex): Resources {
  const name = modelNameOf(step, index);
  const sidecar = name === undefined ? undefined : index.model(name)?.spec.sidecar;
  if (sidecar === undefined) return {};
  return { ...sidecar.resources, gpu: sidecar.gpus ?? sidecar.resources?.gpu ?? 1 };
}

/** Commands of an agent run in a container of their own. */
function shellResources(step: Step, index: WorldIndex): Resources {
  const spec = step.type === 'llm_agent' ? agentRoleOf(step, index)?.spec : undefined;
  return spec?.sandboxed === true && spec.tools?.some(isShell) === true ? (spec.shell?.resources ?? {}) : {};
}

/** The Model that the pod of a step asks: the step's own, else that of its role. */
function modelNameOf(step: Step, index: WorldIndex): string | undefined {
  if (step.type !== 'llm_agent' && step.type !== 'llm_flow' && step.type !== 'council') return undefined;
  const role = step.role === undefined ? undefined : index.role(step.role);
  return (step.modelRef ?? role?.spec.modelRef)?.name;
}

function addAmounts(amounts: Map<string, Decimal>, { cpu, memory, ephemeralStorage }: Resources): void {
  const wanted = { cpu, memory, 'ephemeral-storage': ephemeralStorage };
  for (const [name, quantity] of Object.entries(wanted)) {
    const amount = quantity === undefined ? undefined : parseQuantity(quantity);
    if (amount !== undefined) amounts.set(name, amount.plus(amounts.get(name) ?? 0));
  }
}
