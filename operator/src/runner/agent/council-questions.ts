import type { JsonValue } from '../../api/json.ts';
import type { CouncilWork, RoleContract } from '../../api/runner-work.ts';
import type { GivenRanking, GivenScore } from '../../core/council/judgements.ts';
import { ballotForm, readBallot, readScores, scoringForm } from './council-answers.ts';
import type { Wanted } from './council-speakers.ts';
import type { Judged } from './judge-answer.ts';
import { proposingTask, scoringTask, type SharedTable, votingTask } from './prompts/render-deliberation.ts';

type Proposals = SharedTable['proposals'];

/** What is asked of somebody who takes part, and what its answer has to be. */
export interface CouncilQuestion<T> {
  readonly table: Pick<SharedTable, 'proposals' | 'task'>;
  readonly wanted: Wanted<T>;
}

/** A proposal, in the light of those of the round before. */
export function proposing(
  { outputSchema: schema }: RoleContract,
  { proposals, ...when }: { readonly proposals: Proposals; readonly round: number; readonly strategy: string },
): CouncilQuestion<JsonValue> {
  const wanted = { schema, accepted: schema, read: (value: JsonValue) => ({ value }) };
  return { table: { proposals, task: proposingTask(when) }, wanted };
}

/** A score for each proposal. */
export function scoring({
  proposals,
  rubric,
}: {
  readonly proposals: Proposals;
  readonly rubric: CouncilWork['rubric'];
}): CouncilQuestion<readonly GivenScore[]> {
  const read = (answer: JsonValue) => ({ value: readScores(answer, proposals, rubric) });
  return { table: { proposals, task: scoringTask(rubric) }, wanted: { ...scoringForm(proposals, rubric), read } };
}

/** A ranked ballot. */
export function voting({ proposals }: { readonly proposals: Proposals }): CouncilQuestion<GivenRanking> {
  const read = (answer: JsonValue): Judged<GivenRanking> => {
    const value = readBallot(answer);
    if (value !== undefined) return { value };
    return { failure: { reason: 'AnswerInvalid', message: 'The ballot ranks a proposal twice.', retryable: false } };
  };
  return { table: { proposals, task: votingTask }, wanted: { ...ballotForm(proposals), read } };
}
