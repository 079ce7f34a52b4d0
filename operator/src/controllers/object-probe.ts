import type { Step } from '../api/step/step.ts';
import { outcomeOfProblem } from '../core/delegation/access-problem.ts';
import { type ClusterObject, describeReference, type ObjectReference } from '../core/delegation/cluster-object.ts';
import { describeProgress } from '../core/delegation/describe-object.ts';
import { tellProblem } from '../core/delegation/evaluate-object.ts';
import { groupOf, whyNotRead } from '../core/delegation/forbidden-kinds.ts';
import { testProbe } from '../core/delegation/test-probe.ts';
import type { AttemptOutcome } from '../core/work-item/observed.ts';
import type { FollowedOperation, LastSeen } from './followed-operation.ts';
import type { ObjectCluster } from './object-cluster.ts';
import { type Pause, poll } from './poll.ts';

/** The part of a `wait_for_asset` step that looks at an object. */
export type ObjectProbe = NonNullable<Extract<Step, { type: 'wait_for_asset' }>['object']>;

/** An object that is waited for. */
export interface ObjectProbeRequest {
  readonly probe: ObjectProbe;
  /** The WorkItem's. */
  readonly namespace: string;
  readonly pollIntervalSeconds?: number | undefined;
}

/** What probes need from the cluster. */
export interface ObjectProbeParts {
  readonly cluster: Pick<ObjectCluster, 'get'>;
  readonly pause: Pause;
}

const usualIntervalSeconds = 5;

/** Waits until an object is as expected. One that is not there yet, or whose kind is not, is waited for, too. */
export function objectProbe(request: ObjectProbeRequest, { cluster, pause }: ObjectProbeParts): FollowedOperation {
  const { probe, namespace, pollIntervalSeconds = usualIntervalSeconds } = request;
  const { apiVersion, kind, name } = probe;
  const reference: ObjectReference = { apiVersion, kind, namespace, name };
  let seen: LastSeen | undefined;
  const look = async (signal: AbortSignal): Promise<AttemptOutcome | undefined> => {
    const answer = await cluster.get(reference, signal);
    if ('object' in answer) {
      seen = { message: describeProgress(answer.object) };
      return judge(answer.object, probe);
    }
    const { problem } = answer;
    seen = {
      message: problem.kind === 'absent' ? `${describeReference(reference)} is not there yet` : problem.message,
    };
    return problem.kind === 'not-served' ? undefined : outcomeOfProblem(problem);
  };
  const run = async (signal: AbortSignal): Promise<AttemptOutcome> => {
    const refusal = whyNotRead({ group: groupOf(apiVersion), kind });
    if (refusal !== undefined) return refused(refusal);
    const everyMs = pollIntervalSeconds * 1000;
    return poll(() => look(signal), { pause, signal, firstMs: everyMs, longestMs: everyMs });
  };
  return { run, lastSeen: () => seen };
}

const refused = (message: string): AttemptOutcome => {
  return { result: 'Failed', reason: 'KindForbidden', message, retryable: false };
};

function judge(object: ClusterObject, probe: ObjectProbe): AttemptOutcome | undefined {
  const tested = testProbe(object, probe);
  if ('value' in tested) return tested.value ? { result: 'Succeeded', outputs: {} } : undefined;
  const message = `object.expression: ${tellProblem(tested.problem)}`;
  return { result: 'Failed', reason: 'ExpressionFailed', message, retryable: false };
}
