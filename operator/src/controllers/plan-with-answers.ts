import type { WorkItem } from '../api/work-item.ts';
import type { CacheHit, Facts, ObservedWorkItem, PolicyAnswer } from '../core/work-item/observed.ts';
import { ArtifactGone } from '../core/records/artifact-gone.ts';
import { policyQuestion } from '../core/policy/policy-input.ts';
import { planWorkItem } from '../core/work-item/plan-work-item.ts';
import type { WorkItemAction, WorkItemPlan } from '../core/work-item/work-item-plan.ts';
import type { ArtifactPort, CachePort, PolicyPort } from './work-item-ports.ts';

/** A question that a plan has: the next one has the answer. */
type Question = Extract<WorkItemAction, { kind: 'read-artifact' | 'look-up-cache' | 'ask-policy' }>;
/** Something to do once the plan is recorded. */
export type Effect = Exclude<WorkItemAction, Question>;

/** Where answers come from. */
export interface AnswerSources {
  readonly artifacts: ArtifactPort;
  readonly cache: CachePort;
  readonly engines: PolicyPort;
}

/** A plan that has all its answers. */
export interface AnsweredPlan {
  readonly plan: WorkItemPlan;
  readonly effects: readonly Effect[];
}

/** More rounds than the depth of any pipeline: each answers all that the plan asks at once. */
const mostRounds = 100;

/** Plans until nothing is asked any more: reading changes nothing, so that it needs no record. */
export async function planWithAnswers(observed: ObservedWorkItem, sources: AnswerSources): Promise<AnsweredPlan> {
  const cache = new Map<string, CacheHit | 'miss'>();
  const gone = new Set<string>();
  const said = new Map<string, PolicyAnswer>();
  const policies: Facts['policies'] = { get: (rule, input) => said.get(policyQuestion(rule, input())) };
  const facts: Facts = { ...observed.facts, artifacts: withGone(sources.artifacts.held, gone), cache, policies };
  for (let round = 0; round < mostRounds; round += 1) {
    const plan = planWorkItem({ ...observed, facts });
    const questions = plan.actions.filter(isQuestion);
    if (questions.length === 0) return { plan, effects: plan.actions.filter(isEffect) };
    const { workItem } = observed;
    await Promise.all(questions.map((question) => answer(question, { workItem, cache, gone, said, sources })));
  }
  throw new Error('the plan asks without end');
}

const isQuestion = (action: WorkItemAction): action is Question =>
  action.kind === 'read-artifact' || action.kind === 'look-up-cache' || action.kind === 'ask-policy';
const isEffect = (action: WorkItemAction): action is Effect => !isQuestion(action);

interface Answers {
  readonly workItem: WorkItem;
  readonly cache: Map<string, CacheHit | 'miss'>;
  /** Digests of which the store has nothing. */
  readonly gone: Set<string>;
  /** What policies said, by the question. */
  readonly said: Map<string, PolicyAnswer>;
  readonly sources: AnswerSources;
}

const withGone = (held: Facts['artifacts'], gone: ReadonlySet<string>): Facts['artifacts'] => ({
  get: (digest) => held.get(digest),
  has: (digest) => held.has(digest),
  isGone: (digest) => gone.has(digest),
});

async function answer(question: Question, { workItem, cache, gone, said, sources }: Answers): Promise<void> {
  if (question.kind === 'ask-policy') {
    const { rule, input } = question;
    const { namespace = '' } = workItem.metadata;
    said.set(policyQuestion(rule, input), await sources.engines.answer({ namespace, rule, input }));
  } else if (question.kind === 'read-artifact')
    await sources.artifacts.read(workItem, question.digest).catch((error: unknown) => {
      if (!(error instanceof ArtifactGone)) throw error;
      gone.add(error.digest);
    });
  else cache.set(question.key, (await sources.cache.lookUp(workItem, question.key)) ?? 'miss');
}
