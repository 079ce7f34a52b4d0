import type { Method } from '../../api/method.ts';
import type { Placement, Resources } from '../../api/placement.ts';
import type { WorkItem } from '../../api/work-item.ts';
import type { ResolvedWork } from '../agent/resolve-work.ts';
import { defined } from '../defined.ts';
import type { StartAttempt } from '../work-item/work-item-plan.ts';
import {
  agentContainer,
  codeContainer,
  collectContainer,
  type Container,
  launcherContainer,
  methodContainer,
  type PodImages,
  toolServerContainer,
} from './render-containers.ts';
import { shellContainer, shellVolumes, withShell } from './render-shell.ts';
import { renderBeside, renderModelBeside } from './render-model-beside.ts';
import type { JobParts } from './render-job.ts';
import { type ArtifactAddress, codeWork, methodWork, renderTask } from './render-task.ts';

/** What the Job of an attempt is made from. */
export interface AttemptJob {
  readonly workItem: WorkItem;
  readonly start: StartAttempt;
  /** What the agent runner is given, for an attempt that it carries out. */
  readonly agent?: ResolvedWork | undefined;
  readonly method: Method | undefined;
  /** The program of a `custom_code` step. */
  readonly program: string | undefined;
  readonly images: PodImages;
  readonly artifacts: ArtifactAddress;
}

type OwnParts = Omit<JobParts, 'certificateAuthorities' | 'queueName'>;

/** The parts of an attempt's Job. */
export function renderAttemptJob(attempt: AttemptJob): OwnParts {
  return attempt.agent === undefined ? renderForeignJob(attempt) : renderAgentJob(attempt, attempt.agent);
}

/** The agent runner alone, with the servers of its tools beside it: it is ours, and may speak for its Pod. */
function renderAgentJob({ workItem, start, method, images, artifacts }: AttemptJob, agent: ResolvedWork): OwnParts {
  const { work, variables, servers, models, shell, asked, resources, limits, outputSchema, configuration } = agent;
  const beside = renderBeside(models, agent.placement);
  const runner = agentContainer(images, resources, variables);
  const outputs = start.step.outputs && Object.keys(start.step.outputs);
  const more = defined({ outputs, limits, outputSchema, configuration });
  return {
    ...{ workItem, start, resources, asked, ...beside },
    volumes: [...beside.volumes, ...(shell === undefined ? [] : shellVolumes)],
    task: renderTask({ workItem, start, work, method, artifacts, more }),
    // NOTE: they start one after the other: tools need a moment, Models minutes.
    initContainers: [
      ...(shell === undefined ? [] : [shellContainer(shell, images)]),
      ...servers.map(toolServerContainer),
      ...models.map(renderModelBeside),
    ],
    container: shell === undefined ? runner : withShell(runner),
  };
}

/** Foreign code first, without a token; then what collects its result. */
function renderForeignJob(attempt: AttemptJob): OwnParts {
  const { workItem, start, method, images, artifacts } = attempt;
  const { resources, placement } = podFieldsOf(start.step);
  const image = method !== undefined && 'image' in method.spec ? method.spec.image : undefined;
  return {
    ...{ workItem, start },
    task: renderTask({ workItem, start, work: workOf(attempt), method, artifacts }),
    initContainers: foreignContainers(attempt, resources),
    container: collectContainer(images),
    resources: resources ?? image?.resources,
    placement: placement ?? image?.placement,
  };
}

function foreignContainers({ start, method, images }: AttemptJob, resources: Resources | undefined): Container[] {
  if (start.step.type === 'custom_code') return [codeContainer(images, resources)];
  const image = method !== undefined && 'image' in method.spec ? method.spec.image : undefined;
  if (image === undefined) throw new Error(`no image runs the step ${start.path}`);
  const runs = methodContainer(image, resources);
  return image.command === undefined ? [runs] : [launcherContainer(images), runs];
}

function workOf({ start, method, program }: AttemptJob) {
  if (start.step.type === 'custom_code' && program !== undefined) return codeWork(start.step, program);
  if (method !== undefined) return methodWork(method);
  throw new Error(`no Method runs the step ${start.path}`);
}

/** What a step says of its pod, where its type has one. */
function podFieldsOf(step: StartAttempt['step']): { readonly resources?: Resources; readonly placement?: Placement } {
  const { resources, placement } = step as { readonly resources?: Resources; readonly placement?: Placement };
  return { ...(resources === undefined ? {} : { resources }), ...(placement === undefined ? {} : { placement }) };
}
