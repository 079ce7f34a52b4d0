import type { AgentRole } from '../../api/agent-role.ts';
import type { Council } from '../../api/council.ts';
import type { Step } from '../../api/step/step.ts';
import type { CouncilSeat } from '../council/seats.ts';
import { modelOfJudge, modelOfMember } from './find-model.ts';
import { membersOf } from './limits.ts';

/** Roles and Councils by which a speaker is found. */
export interface SpeakerWorld {
  readonly roles: readonly AgentRole[];
  readonly councils: readonly Council[];
}

/** The name of the Model that one asks who has a part in a deliberation; undefined when nothing names one. */
export function modelOfSeat(step: Step, seat: CouncilSeat, { roles, councils }: SpeakerWorld): string | undefined {
  if (step.type !== 'council') return undefined;
  const council = councils.find(({ metadata }) => metadata.name === step.council)?.spec;
  if (council === undefined) return undefined;
  const roleOf = (name: string) => roles.find(({ metadata }) => metadata.name === name)?.spec;
  if (seat.isJudge) {
    const { judge } = council;
    return judge && modelOfJudge(judge, { step, council, role: roleOf(judge.roleRef.name) });
  }
  const member = membersOf(council).find(({ name }) => name === seat.speaker);
  return member && modelOfMember(member, { step, council, role: roleOf(member.roleRef.name) });
}
