import type { JsonObject, JsonValue } from '../../api/json.ts';
import { type ClusterObject, describeReference } from './cluster-object.ts';

/** What an object says of itself, as far as engines say it alike. */
interface ObjectCondition {
  readonly type: string;
  readonly status: string;
  readonly observedGeneration?: number;
  readonly reason?: string;
  readonly message?: string;
}

const isText = (value: JsonValue | undefined): value is string => typeof value === 'string' && value !== '';

/** The conditions of an object; whatever is not shaped like one is left out, since any controller may write them. */
export function conditionsOf({ status }: ClusterObject): readonly ObjectCondition[] {
  const conditions = status?.['conditions'];
  if (!Array.isArray(conditions)) return [];
  return (conditions as readonly JsonValue[]).flatMap((item) => {
    const { type, status: verdict, reason, message, observedGeneration } = (item ?? {}) as JsonObject;
    if (!isText(type) || !isText(verdict)) return [];
    return [
      {
        ...{ type, status: verdict, ...(isText(reason) && { reason }), ...(isText(message) && { message }) },
        ...(typeof observedGeneration === 'number' && { observedGeneration }),
      },
    ];
  });
}

/** Why an object has failed: one word for programs, and the same for people. */
export interface ObjectFailure {
  readonly reason: string;
  readonly message: string;
}

const failureType = /fail|error/i;
const successType = /^(?:succe|complete|ready|available)/i;

/** Why an object has failed, by the condition that says so, else by the fields that engines put the same into. */
export function describeFailure(object: ClusterObject): ObjectFailure {
  const { reason, message } = findTelling(object);
  const what = [reason, message].filter(isText).join(': ');
  const subject = describeReference({ kind: object.kind, name: object.metadata.name });
  return {
    reason: isText(reason) && isWord.test(reason) ? reason : 'ObjectFailed',
    message: what === '' ? `${subject} failed and does not say why` : `${subject} failed: ${what}`,
  };
}

const isWord = /^[A-Z][A-Za-z0-9]{0,127}$/;

interface Telling {
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
}

function findTelling(object: ClusterObject): Telling {
  const conditions = conditionsOf(object);
  const condition =
    conditions.find(({ type, status }) => status === 'True' && failureType.test(type)) ??
    conditions.find(({ type, status }) => status === 'False' && successType.test(type));
  if (condition !== undefined) return { reason: condition.reason ?? condition.type, message: condition.message };
  const { reason, message } = object.status ?? {};
  return { ...(isText(reason) && { reason }), ...(isText(message) && { message }) };
}

/** Fields in which engines put what they are doing, the most telling first. */
const phaseFields = ['phase', 'jobStatus', 'state', 'jobDeploymentStatus'] as const;

/** What an object is doing, in a few words: `RayJob train-1 is RUNNING`. */
export function describeProgress(object: ClusterObject): string {
  const subject = describeReference({ kind: object.kind, name: object.metadata.name });
  const { status = {} } = object;
  const phase = phaseFields.map((field) => status[field]).find(isText);
  if (phase !== undefined) return `${subject} is ${phase}`;
  const condition = conditionsOf(object).findLast(({ status: verdict }) => verdict === 'True');
  if (condition !== undefined) return `${subject} is ${condition.type}`;
  return object.status === undefined ? `${subject} was not taken up yet` : `${subject} runs`;
}
