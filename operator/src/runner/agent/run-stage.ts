import type { JsonObject } from '../../api/json.ts';
import type { RunnerResult } from '../../api/runner-result.ts';
import type { CouncilWork } from '../../api/runner-work.ts';
import { cutComment, longestBallot } from '../../core/council/judgements.ts';
import { theJudge } from '../../core/council/rules.ts';
import { failed, type Verdict } from '../verdict.ts';
import { proposing, scoring, voting } from './council-questions.ts';
import { CouncilSpeakers, type Speaker } from './council-speakers.ts';
import type { WorkParts } from './work-parts.ts';

type Stage = NonNullable<CouncilWork['stage']>;
type Ballot = NonNullable<RunnerResult['ballot']>;

/** A verdict, and what the one who was asked has said. */
export type StageVerdict = Verdict & { readonly ballot?: Ballot };

/**
 * Asks the one speaker of a pod what it has to say in one stage of a deliberation. What becomes of it is decided where all of
 * them are heard.
 */
export async function runStage(work: CouncilWork, stage: Stage, parts: WorkParts): Promise<StageVerdict> {
  const speaker = speakerOf(work, stage);
  if (speaker === undefined) return failed('TaskInvalid', 'The task says nothing of the one who is to speak.');
  const speakers = new CouncilSpeakers(work, parts);
  const ballot = await ask({ work, stage, speaker, speakers });
  if (ballot !== undefined) {
    const { length } = JSON.stringify(ballot);
    if (length <= longestBallot) return { outcome: 'succeeded', outputs: ballot as JsonObject, ballot };
    const message = `The answer has ${length} characters as JSON; a member with a pod of its own may say ${longestBallot}.`;
    return failed('AnswerTooLong', message);
  }
  const { reason = 'Failed', message = '', retryable = false } = speakers.failures[0] ?? {};
  return failed(reason, message, retryable);
}

function speakerOf({ members, judge }: CouncilWork, { member }: Stage): Speaker | undefined {
  if (member !== undefined) return members.find(({ name }) => name === member);
  return judge && { name: theJudge.name, role: judge };
}

interface Asking {
  readonly work: CouncilWork;
  readonly stage: Stage;
  readonly speaker: Speaker;
  readonly speakers: CouncilSpeakers;
}

async function ask({ work, stage, speaker, speakers }: Asking): Promise<Ballot | undefined> {
  const { rubric, strategy } = work;
  const { kind, round, proposals = [] } = stage;
  switch (kind) {
    case 'propose': {
      const { table, wanted } = proposing(speaker.role, { proposals, round, strategy });
      const proposal = await speakers.ask(speaker, table, wanted);
      return proposal && { proposal: proposal.value };
    }
    case 'judge': {
      const { table, wanted } = scoring({ proposals, rubric });
      const scores = await speakers.ask(speaker, table, wanted);
      return scores && { scores: scores.value.map((score) => ({ ...score, comment: cutComment(score.comment) })) };
    }
    case 'vote': {
      const { table, wanted } = voting({ proposals });
      const said = await speakers.ask(speaker, table, wanted);
      return said && { ranking: [...said.value.ranking], comment: cutComment(said.value.comment) };
    }
  }
}
