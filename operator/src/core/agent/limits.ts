import type { AgentLimits } from '../../api/agent.ts';
import type { CouncilSpec } from '../../api/council.ts';

/** What counts where nobody sets a limit. */
export const defaultLimits = { maxTurns: 20, maxToolCalls: 50, maxTokens: 200_000, maxOutputTokens: 4096 } as const;

/** An answer that does not fit its schema is asked for once more. */
export const requestsPerAnswer = 2;

/** Requests of a chain of completions at most. */
export const requestsOfFlow = (completions: number, { maxTurns = defaultLimits.maxTurns }: AgentLimits = {}): number =>
  Math.min(maxTurns, requestsPerAnswer * completions);

/** Requests of a deliberation at most: each member proposes once a round; then all of them judge, or the judge does. */
export function requestsOfCouncil(spec: CouncilSpec): number {
  const speakers = spec.members?.length ?? spec.size ?? usualSize;
  return requestsPerAnswer * (speakers * roundsOf(spec) + (spec.judge === undefined ? speakers : 1));
}

/** Members that share one role, where the Council does not say how many. */
export const usualSize = 3;

type Member = NonNullable<CouncilSpec['members']>[number];

/** Those who deliberate: the members that are listed, or as many as share one role. */
export function membersOf({ members, roleRef, size = usualSize }: CouncilSpec): readonly Member[] {
  if (roleRef === undefined) return members ?? [];
  return Array.from({ length: size }, (_, index) => ({ name: `member-${index + 1}`, roleRef }));
}

/** Rounds of proposals. */
export const roundsOf = ({ rounds, strategy }: CouncilSpec): number => rounds ?? (strategy === 'debate' ? 2 : 1);

/** Limits of an attempt with nothing left open: the runner has no defaults of its own, and what was reserved is enough. */
export function completeLimits(limits: AgentLimits, timeoutSeconds: number): Required<AgentLimits> {
  const { wallTimeSeconds = timeoutSeconds } = limits;
  return { ...defaultLimits, ...withoutUndefined(limits), wallTimeSeconds: Math.min(wallTimeSeconds, timeoutSeconds) };
}

const withoutUndefined = (limits: AgentLimits) =>
  Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined)) as Required<AgentLimits>;
