import type { Issue } from '../../issue.ts';
import { Decimal } from '../../estimate/decimals.ts';
import type { PipelineGraph, StepNode } from '../../pipeline/step-node.ts';
import type { NodeCapacity, WorldIndex } from '../world.ts';
import { type PodRequest, podRequestOf } from './pod-request.ts';
import { parseQuantity } from './quantity.ts';

/** Steps whose pods no node can hold, and GPUs that are scarce now. Says nothing where the nodes are not known. */
export function checkNodes({ nodes: steps }: PipelineGraph, index: WorldIndex): Issue[] {
  const { nodes } = index.world;
  if (nodes === undefined) return [];
  const capacities = nodes.map(readCapacity);
  return steps.flatMap((node) => {
    const request = podRequestOf(node.step, index);
    if (request === undefined) return [];
    const unfit = whyUnfit(request, capacities);
    return unfit === undefined ? scarceGpus(node, request, capacities) : [unfitIssue(node, unfit)];
  });
}

/** What a node has, as exact numbers. */
interface Capacity {
  readonly labels: NodeCapacity['labels'];
  readonly allocatable: ReadonlyMap<string, Decimal>;
  readonly free: ReadonlyMap<string, Decimal> | undefined;
}

function readCapacity({ labels, allocatable, free }: NodeCapacity): Capacity {
  return { labels, allocatable: readAmounts(allocatable), free: free && readAmounts(free) };
}

function readAmounts(quantities: Readonly<Record<string, string>>): ReadonlyMap<string, Decimal> {
  const amounts = Object.entries(quantities).map(([name, text]) => [name, parseQuantity(text)] as const);
  return new Map(amounts.flatMap(([name, amount]) => (amount === undefined ? [] : [[name, amount]])));
}

const nothing = new Decimal(0);

function whyUnfit({ amounts, nodeSelector }: PodRequest, nodes: readonly Capacity[]): string | undefined {
  const selected = nodes.filter(({ labels }) =>
    Object.entries(nodeSelector).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value),
  );
  if (selected.length === 0) return 'no node has the labels of its nodeSelector';
  const fits = ({ allocatable }: Capacity) =>
    [...amounts].every(([name, wanted]) => wanted.lte(allocatable.get(name) ?? nothing));
  if (selected.some(fits)) return undefined;
  for (const [name, wanted] of amounts) {
    const most = selected.map(({ allocatable }) => allocatable.get(name) ?? nothing).reduce(larger, nothing);
    if (wanted.gt(most)) return `it asks for ${wanted.toFixed()} ${name}, and no node has more than ${most.toFixed()}`;
  }
  return 'no node has all that it asks for at once';
}

const larger = (left: Decimal, right: Decimal) => (left.gt(right) ? left : right);

function unfitIssue({ name, path, step }: StepNode, why: string): Issue {
  return {
    code: 'NoNodeFits',
    path: 'resources' in step && step.resources !== undefined ? [...path, 'resources'] : path,
    message: `no node can hold the pod of step '${name}': ${why}`,
    hint: 'ask for less, or add such a node',
  };
}

/** The pod may have to wait while others use GPUs. */
function scarceGpus({ name, path }: StepNode, { gpus, gpuResource }: PodRequest, nodes: readonly Capacity[]): Issue[] {
  if (gpus === 0 || nodes.some(({ free }) => free === undefined)) return [];
  const sum = (amounts: readonly (ReadonlyMap<string, Decimal> | undefined)[]) =>
    amounts.reduce((total, amount) => total.plus(amount?.get(gpuResource) ?? 0), nothing);
  const total = sum(nodes.map(({ allocatable }) => allocatable));
  const free = sum(nodes.map((node) => node.free));
  if (free.eq(total)) return [];
  const message = `Step '${name}' requests ${gpus} GPU${gpus === 1 ? '' : 's'}, current availability: ${free.toFixed()}/${total.toFixed()} GPUs`;
  return [{ code: 'GpusInUse', severity: 'warning', path: [...path], message }];
}
