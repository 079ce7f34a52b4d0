import type { CouncilSpec } from '../../api/council.ts';
import { defaultLimits, membersOf, roundsOf } from '../agent/limits.ts';
import { theJudge } from './rules.ts';

/** Somebody's part in one stage of a deliberation whose members have pods of their own. */
export interface CouncilSeat {
  readonly kind: 'propose' | 'judge' | 'vote';
  /** Of the proposals, from 1; who judges does so after the last round. */
  readonly round: number;
  readonly speaker: string;
  /** It is that of the Council's judge, who is no member. */
  readonly isJudge: boolean;
}

/** Stages of a deliberation at most: its rounds of proposals, and the judging of the last. */
export const stagesOf = (council: CouncilSpec): number => roundsOf(council) + 1;

/** Those who speak in a stage, at the same time. */
export function seatsAt(council: CouncilSpec, stage: number): readonly CouncilSeat[] {
  const rounds = roundsOf(council);
  const round = Math.min(stage + 1, rounds);
  if (stage === rounds && council.judge !== undefined)
    return [{ kind: 'judge', round, speaker: theJudge.name, isJudge: true }];
  const judging = council.strategy === 'vote' ? 'vote' : 'judge';
  const kind = stage < rounds ? 'propose' : judging;
  return membersOf(council).map(({ name }) => ({ kind, round, speaker: name, isJudge: false }));
}

/** Attempts that a deliberation takes at most from a stage on, when all goes well. */
export function attemptsFrom(council: CouncilSpec, stage: number): number {
  const stages = Array.from({ length: stagesOf(council) - stage }, (_, index) => seatsAt(council, stage + index));
  return stages.flat().length;
}

/** Tokens that an attempt of a stage may use: what is left is shared by all that are to come. */
export function tokensOfSeat(council: CouncilSpec, stage: number, usedTokens: number): number {
  const { maxTokens = defaultLimits.maxTokens } = council.limits ?? {};
  return Math.floor(Math.max(0, maxTokens - usedTokens) / attemptsFrom(council, stage));
}

/** Most that a deliberation may take, in seconds, in a step that may take so many. */
export function deliberationSeconds({ timeoutSeconds, limits }: CouncilSpec, stepSeconds: number): number {
  return Math.min(stepSeconds, timeoutSeconds ?? Infinity, limits?.wallTimeSeconds ?? Infinity);
}

/** Most that one attempt of it may take, in seconds: its stages have equal shares. */
export function secondsOfSeat(council: CouncilSpec, stepSeconds: number): number {
  return Math.max(1, Math.floor(deliberationSeconds(council, stepSeconds) / stagesOf(council)));
}
