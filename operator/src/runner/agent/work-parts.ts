import type { AgentLimits } from '../../api/agent.ts';
import type { RunnerTask } from '../../api/runner-task.ts';
import { failed, type Verdict } from '../verdict.ts';
import type { ChatAnswer } from './chat.ts';
import type { ModelClient } from './model-client.ts';
import type { Secrets } from './secrets.ts';
import type { Transcript } from './transcript.ts';

/** What work of any kind is done with. */
export interface WorkParts {
  readonly task: RunnerTask;
  /** What fences are told by: of the task as it was given, so that all attempts at it share what a server has cached. */
  readonly mark: string;
  readonly client: ModelClient;
  readonly secrets: Secrets;
  readonly transcript: Transcript;
  readonly signal: AbortSignal;
}

/** Limits with nothing left open. */
export type WorkLimits = { readonly [Limit in keyof AgentLimits]-?: NonNullable<AgentLimits[Limit]> };

/** What was used so far of limits that are counted here; all loops of turns of one agent share it. */
export interface Spent {
  turns: number;
  toolCalls: number;
}

export const nothingSpent = (): Spent => ({ turns: 0, toolCalls: 0 });

/** The limits of a task. The operator completes them; where one is missing nothing may be used that was not reserved. */
export function limitsOf({ limits = {}, deadlineSeconds = 0 }: RunnerTask): WorkLimits {
  const { maxTurns = 0, maxToolCalls = 0, maxTokens = 0, maxOutputTokens = 0 } = limits;
  return {
    maxTurns,
    maxToolCalls,
    maxTokens,
    maxOutputTokens,
    wallTimeSeconds: limits.wallTimeSeconds ?? deadlineSeconds,
  };
}

/** It ended by a limit, which a new attempt would reach, too. */
export function limitReached(message: string): Verdict {
  return { outcome: 'limit', error: { reason: 'LimitReached', message, retryable: false } };
}

/** What this version cannot do: it is said, not left out. */
export const notServed = (what: string): Verdict =>
  failed('NotServed', `This version of the agent runner does not serve ${what}.`);

/** The model will not answer, in its own words. */
export const refused = ({ refusal, text }: ChatAnswer): Verdict =>
  failed('Refused', `The model refused: ${(refusal ?? text).slice(0, 1000) || 'its answer was filtered'}`);
