import { apiVersion } from '../../api/kind.ts';
import type { Method } from '../../api/method.ts';
import type { RunnerTask } from '../../api/runner-task.ts';
import type { WorkItem } from '../../api/work-item.ts';
import { defined } from '../defined.ts';
import type { StartAttempt } from '../work-item/work-item-plan.ts';
import { tokenFile, certificateAuthoritiesFile } from './pod-files.ts';

/** Where Pods store and read artifacts. */
export interface ArtifactAddress {
  readonly url: string;
}

/** What a task is made of, beside the attempt itself. */
export interface TaskParts {
  readonly workItem: WorkItem;
  readonly start: StartAttempt;
  /** What the Pod does; none when no Pod can do what the step asks for. */
  readonly work: RunnerTask['work'];
  readonly method: Method | undefined;
  readonly artifacts: ArtifactAddress;
  /** What agents are told beside their work. */
  readonly more?: Pick<RunnerTask, 'outputs' | 'outputSchema' | 'limits' | 'configuration'>;
}

/** The task document of an attempt that runs in a Pod. */
export function renderTask({ workItem, start, work, method, artifacts, more = {} }: TaskParts): RunnerTask {
  const { name, namespace = '', uid = '' } = workItem.metadata;
  const { path, attempt, step, inputs, timeoutSeconds } = start;
  const { project } = workItem.spec;
  return {
    ...{ apiVersion, kind: 'Task' },
    workItem: { name, namespace, uid, ...defined({ project }) },
    step: { path, type: step.type, attempt },
    ...{ inputs, work },
    ...defined({ outputSchema: method?.spec.outputs, ...more }),
    deadlineSeconds: timeoutSeconds,
    artifacts: { url: artifacts.url, tokenFile, caFile: certificateAuthoritiesFile },
  };
}

type CodeStep = Extract<StartAttempt['step'], { type: 'custom_code' }>;

/** The work of a `custom_code` step, whose program was read from where it stands. */
export function codeWork({ runtime }: CodeStep, program: string): RunnerTask['work'] {
  return { kind: 'code', runtime: runtime.startsWith('python') ? 'python' : 'javascript', program };
}

/** The work of a step that runs a Method's image. */
export function methodWork(method: Method): RunnerTask['work'] {
  return { kind: 'method', method: method.metadata.name };
}
