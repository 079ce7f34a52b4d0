import type { AgentRole } from '../../api/agent-role.ts';
import type { CouncilSpec } from '../../api/council.ts';
import type { CouncilWork, ModelAccess, RoleContract } from '../../api/runner-work.ts';
import type { Step } from '../../api/step/step.ts';
import type { DeliberationRules } from '../council/rules.ts';
import { defined } from '../defined.ts';
import { shortHash } from '../manifest/names.ts';
import type { SeatedStart } from '../work-item/work-item-plan.ts';
import { modelOfJudge, modelOfMember } from './find-model.ts';
import { membersOf, roundsOf } from './limits.ts';
import { type ModelContext, resolveModel } from './resolve-model.ts';
import { resolveRole } from './resolve-role.ts';

/** What a deliberation is resolved from. */
export interface Deliberation {
  readonly step: Extract<Step, { type: 'council' }>;
  readonly council: CouncilSpec;
  readonly roles: readonly AgentRole[];
  /** Which deliberation it is: WorkItem and step. A new attempt is the same deliberation. */
  readonly identity: readonly string[];
  /** Whose part in it is resolved, where each has a pod of its own. */
  readonly seat?: SeatedStart | undefined;
  readonly context: ModelContext;
}

type Member = NonNullable<CouncilSpec['members']>[number];
type Speaker = Pick<Member, 'modelRef' | 'sampling'> & { readonly roleRef: { readonly name: string } };

/**
 * What a Council is given to do: its members and their Models, and the rules by which a winner is chosen. Where one of them
 * has a pod of its own, it is told of nobody else.
 */
export function resolveCouncil(deliberation: Deliberation): CouncilWork | undefined {
  const { step, council, identity, seat } = deliberation;
  const asked = membersOf(council).filter(({ name }) => seat === undefined || name === seat.stage.member);
  const members = asked.map((member) => resolveMember(member, deliberation));
  const found = members.filter((member) => member !== undefined);
  const itsJudge = seat?.stage.member === undefined ? council.judge : undefined;
  const judge = itsJudge && resolveJudge(itsJudge, deliberation);
  if (found.length < members.length || (itsJudge !== undefined && judge === undefined)) return undefined;
  const { rubric = [] } = council;
  return {
    ...rulesOf(council, identity),
    ...{ kind: 'council', council: step.council, topic: step.topic, members: found },
    rubric: rubric.map((criterion) => ({ ...criterion, weight: criterion.weight ?? 1 })),
    ...defined({ judge, stage: seat?.stage }),
    // By the seed it could be told whose the proposals are that a pod is shown.
    ...(seat === undefined ? {} : { seed: 0 }),
  };
}

/** The rules by which a deliberation goes on and ends, whoever holds it. */
export function rulesOf(council: CouncilSpec, identity: Deliberation['identity']): DeliberationRules {
  const { minimumScore, earlyStop, strategy, seed } = council;
  const members = membersOf(council).map(({ name, weight = 1 }) => ({ name, weight }));
  return {
    ...{ members, strategy, rounds: roundsOf(council), seed: seed ?? seedOf(identity) },
    quorum: council.quorum ?? Math.floor(members.length / 2) + 1,
    ...defined({ minimumScore, earlyStopAgreement: earlyStop?.agreement }),
  };
}

/** A whole number of 32 bits: drawn by nobody, so that an attempt that is rendered again is the same. */
const seedOf = (identity: readonly string[]) => Number.parseInt(shortHash(['seed', ...identity]).slice(0, 8), 16);

function resolveMember(member: Member, deliberation: Deliberation): CouncilWork['members'][number] | undefined {
  const { step, council } = deliberation;
  const { name, weight = 1 } = member;
  const role = resolveSpeaker(`the member '${name}'`, member, deliberation, (role) =>
    modelOfMember(member, { step, council, role }),
  );
  const outputSchema = council.proposalSchema ?? roleOf(member, deliberation)?.spec.outputSchema;
  return role && { name, weight, role: { ...role, ...defined({ outputSchema }) } };
}

const resolveJudge = (judge: NonNullable<CouncilSpec['judge']>, deliberation: Deliberation) =>
  resolveSpeaker('the judge', judge, deliberation, (role) => modelOfJudge(judge, { ...deliberation, role }));

function resolveSpeaker(
  who: string,
  speaker: Speaker,
  deliberation: Deliberation,
  modelOf: (role: AgentRole['spec']) => string | undefined,
): RoleContract | undefined {
  const { context } = deliberation;
  const role = roleOf(speaker, deliberation);
  if (role === undefined) {
    const message = `there is no AgentRole '${speaker.roleRef.name}', which ${who} of the Council '${deliberation.step.council}' acts by`;
    context.needs.fail({ reason: 'RoleNotFound', message });
    return undefined;
  }
  const model: ModelAccess | undefined = resolveModel(modelOf(role.spec), who, context);
  const sampling = { ...role.spec.sampling, ...speaker.sampling };
  return model && { ...resolveRole(role), model, ...(Object.keys(sampling).length === 0 ? {} : { sampling }) };
}

const roleOf = ({ roleRef }: Speaker, { roles }: Deliberation) =>
  roles.find(({ metadata }) => metadata.name === roleRef.name);
