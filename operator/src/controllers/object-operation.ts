import type { MethodSpec } from '../api/method.ts';
import { outcomeOfProblem } from '../core/delegation/access-problem.ts';
import { isMadeFrom, whyForeign } from '../core/delegation/child-identity.ts';
import { type ClusterObject, describeReference, referenceTo } from '../core/delegation/cluster-object.ts';
import { tellProblem } from '../core/delegation/evaluate-object.ts';
import { judgeObject, type ObjectVerdict } from '../core/delegation/judge-object.ts';
import { type ObjectRequest, renderObject } from '../core/delegation/render-object.ts';
import { formatIssuePath } from '../core/issue-path.ts';
import type { Issue } from '../core/issue.ts';
import type { AttemptOutcome } from '../core/work-item/observed.ts';
import type { FollowedOperation, LastSeen } from './followed-operation.ts';
import type { ObjectCluster } from './object-cluster.ts';
import { type Pause, poll } from './poll.ts';

/** An object of another engine that carries out an attempt. */
export interface ObjectOperationRequest extends Omit<ObjectRequest, 'template'> {
  readonly method: Extract<MethodSpec, { type: 'object' }>;
  /** UID of the object, where an earlier life of the operator has seen it: once it is gone, it is not made again. */
  readonly knownUid?: string | undefined;
}

/** What operations on objects are made of. */
export interface ObjectOperationParts {
  readonly cluster: ObjectCluster;
  readonly pause: Pause;
}

/** What is kept from one look to the next. */
interface Following {
  readonly object: ClusterObject;
  readonly request: ObjectOperationRequest;
  readonly cluster: ObjectCluster;
  readonly signal: AbortSignal;
  readonly tell: (message: string, uid?: string) => void;
  uid: string | undefined;
  looksWithoutOutputs: number;
}

/** Looks at an object that has succeeded before what it does not show counts as missing: half a minute. */
const looksForOutputs = 7;

/**
 * Makes an attempt's object and follows it to its end. It may be run again after a crash at any moment: the object has
 * one name, and is taken on when it was made for this very attempt. When it is aborted the object stays; `removeObject`
 * takes it away, also after the end, once the result is recorded.
 */
export function objectOperation(request: ObjectOperationRequest, parts: ObjectOperationParts): FollowedOperation {
  let seen: LastSeen | undefined;
  const run = async (signal: AbortSignal): Promise<AttemptOutcome> => {
    const rendered = renderObject({ ...request, template: request.method.object.template });
    if ('issues' in rendered) return invalidTemplate(rendered.issues);
    const following: Following = {
      ...{ object: rendered.object, request, cluster: parts.cluster, signal },
      tell: (message, uid) => (seen = { message, ...(uid !== undefined && { uid }) }),
      uid: request.knownUid,
      looksWithoutOutputs: 0,
    };
    return poll(() => look(following), { pause: parts.pause, signal, firstMs: 1000, longestMs: 5000 });
  };
  return { run, lastSeen: () => seen };
}

/** What a person has to mend in a Method's template, as the end of an attempt. */
export function invalidTemplate(issues: readonly Issue[]): AttemptOutcome {
  const message = issues.map((issue) => `${formatIssuePath(issue.path)}: ${tellProblem(issue)}`).join('; ');
  return { result: 'Failed', reason: 'TemplateInvalid', message, retryable: false };
}

const look = (following: Following) => (following.uid === undefined ? begin(following) : follow(following));

async function begin(following: Following): Promise<AttemptOutcome | undefined> {
  const { cluster, object, signal } = following;
  const answer = await cluster.create(object, signal);
  if ('object' in answer) return begun(following, answer.object);
  if (answer.problem.kind === 'taken') return adopt(following);
  following.tell(answer.problem.message, following.uid);
  return outcomeOfProblem(answer.problem);
}

/** An object of our name is ours only when it says so and was made from the same: else nothing is touched. */
async function adopt(following: Following): Promise<AttemptOutcome | undefined> {
  const { cluster, object, request, signal } = following;
  const answer = await cluster.get(referenceTo(object, request.identity.namespace), signal);
  if ('problem' in answer) return outcomeOfProblem(answer.problem);
  const found = answer.object;
  const why =
    whyForeign(found, request.identity) ??
    (isMadeFrom(found, request.identity) ? undefined : 'it was made from something else');
  return why === undefined ? begun(following, found) : nameTaken(found, why);
}

/** The end of an attempt whose name is another's. */
export function nameTaken(found: ClusterObject, why: string): AttemptOutcome {
  const subject = describeReference({ kind: found.kind, name: found.metadata.name });
  const message = `${subject} is there already and is not touched: ${why} — delete it, or choose another name`;
  return { result: 'Failed', reason: 'NameTaken', message, retryable: false };
}

function begun(following: Following, found: ClusterObject): AttemptOutcome | undefined {
  following.uid = found.metadata.uid;
  return judge(following, found);
}

async function follow(following: Following): Promise<AttemptOutcome | undefined> {
  const { cluster, object, request, signal } = following;
  const answer = await cluster.get(referenceTo(object, request.identity.namespace), signal);
  if ('object' in answer)
    return answer.object.metadata.uid === following.uid ? judge(following, answer.object) : deleted(object);
  if (answer.problem.kind === 'absent') return deleted(object);
  following.tell(answer.problem.message, following.uid);
  return outcomeOfProblem(answer.problem);
}

/** Nobody's fault but that of who deleted it: a new attempt follows, under a new name. */
function deleted({ kind, metadata }: ClusterObject): AttemptOutcome {
  const subject = describeReference({ kind, name: metadata.name });
  return { result: 'Disrupted', reason: 'ObjectDeleted', message: `${subject} was deleted before its end` };
}

function judge(following: Following, found: ClusterObject): AttemptOutcome | undefined {
  const { success, failure, outputs } = following.request.method.object;
  const schema = following.request.method.outputs;
  const verdict = judgeObject(found, { success, failure, outputs, schema });
  const ended = outcomeOfVerdict(following, verdict);
  // An object that is being deleted may still tell how it ended, but nothing more will come of it.
  return ended ?? (found.metadata.deletionTimestamp === undefined ? undefined : deleted(found));
}

function outcomeOfVerdict(following: Following, verdict: ObjectVerdict): AttemptOutcome | undefined {
  switch (verdict.state) {
    case 'succeeded':
      return { result: 'Succeeded', outputs: verdict.outputs };
    case 'failed':
      return { result: 'Failed', reason: verdict.reason, message: verdict.message, retryable: verdict.retryable };
    case 'incomplete':
      return withoutOutputs(following, verdict.message);
    case 'running':
      following.tell(verdict.message, following.uid);
      return undefined;
  }
}

function withoutOutputs(following: Following, message: string): AttemptOutcome | undefined {
  following.tell(message, following.uid);
  following.looksWithoutOutputs += 1;
  if (following.looksWithoutOutputs < looksForOutputs) return undefined;
  return { result: 'Failed', reason: 'OutputMissing', message, retryable: false };
}
