import type { Failure } from '../verdict.ts';
import type { ChatAnswer, ToolCall } from './chat.ts';
import { isRefused, type Judged } from './judge-answer.ts';
import type { WorkLimits } from './work-parts.ts';

/** How far an agent has come. */
export interface Progress {
  readonly turns: number;
  readonly toolCalls: number;
  /** An answer did not fit and was asked for again. */
  readonly isRepairing: boolean;
  /** What the last turn called, and how many turns in a row have called just that. */
  readonly lastCalls: string;
  readonly repetitions: number;
}

export const noProgress: Progress = { turns: 0, toolCalls: 0, isRepairing: false, lastCalls: '', repetitions: 0 };

/** Turns in a row that may make the same calls with the same arguments: some wait for something, none for ever. */
export const mostRepetitions = 5;

/** What follows an answer. */
export type NextTurn<T> =
  | { readonly kind: 'call'; readonly calls: readonly ToolCall[] }
  | { readonly kind: 'repair'; readonly problem: string }
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'limit'; readonly message: string };

/** The limit that leaves no further turn, in words. */
export function turnsLeft({ turns }: Progress, { maxTurns }: WorkLimits): string | undefined {
  return turns < maxTurns ? undefined : `All ${maxTurns} turns were used.`;
}

/** What happened in a turn. */
export interface Turn<T> {
  readonly answer: ChatAnswer;
  /** What the answer is, or what is wrong with it; undefined where it calls something. */
  readonly judged: Judged<T> | undefined;
  readonly limits: WorkLimits;
}

/** Decides what follows an answer, and how far the agent has come with it. */
export function nextTurn<T>(
  before: Progress,
  turn: Turn<T>,
): { readonly progress: Progress; readonly next: NextTurn<T> } {
  const progress = { ...before, turns: before.turns + 1 };
  const { answer, judged } = turn;
  if (isRefused(answer)) return { progress, next: { kind: 'refused' } };
  if (judged === undefined) return followCalls(progress, turn);
  if ('value' in judged) return { progress, next: { kind: 'done', value: judged.value } };
  const { failure } = judged;
  if (!before.isRepairing)
    return { progress: { ...progress, isRepairing: true }, next: { kind: 'repair', problem: failure.message } };
  return {
    progress,
    next: { kind: 'failed', failure: { ...failure, message: `${failure.message} It was asked for twice.` } },
  };
}

function followCalls(progress: Progress, { answer: { toolCalls: calls }, limits: { maxToolCalls } }: Turn<unknown>) {
  const lastCalls = JSON.stringify(calls.map(({ name, arguments: given }) => [name, given]));
  const repetitions = lastCalls === progress.lastCalls ? progress.repetitions + 1 : 1;
  const toolCalls = progress.toolCalls + calls.length;
  const after: Progress = { ...progress, toolCalls, lastCalls, repetitions };
  if (toolCalls > maxToolCalls)
    return {
      progress: after,
      next: { kind: 'limit', message: `More than ${maxToolCalls} calls of tools were asked for.` } as const,
    };
  if (repetitions > mostRepetitions) {
    const names = [...new Set(calls.map(({ name }) => name.slice(0, 64)))].join(', ');
    const message = `The agent made the same calls in ${repetitions} turns in a row: ${names}.`;
    return {
      progress: after,
      next: { kind: 'failed', failure: { reason: 'Repetition', message, retryable: false } } as const,
    };
  }
  return { progress: after, next: { kind: 'call', calls } as const };
}
