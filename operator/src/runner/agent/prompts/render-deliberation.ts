import type { JsonObject } from '../../../api/json.ts';
import type { CouncilWork } from '../../../api/runner-work.ts';
import type { AliasedProposal } from '../../../core/council/alias-proposals.ts';
import type { ChatMessage } from '../chat.ts';
import { fence } from './fence.ts';
import { dataOf } from './render-opening.ts';
import { sharedRules } from './shared-rules.ts';

/** What all who take part in a stage of a deliberation are told, byte for byte the same. */
export interface SharedTable {
  readonly mark: string;
  readonly work: Pick<CouncilWork, 'topic' | 'context' | 'feedback'>;
  readonly inputs: JsonObject;
  readonly proposals: readonly Pick<AliasedProposal, 'alias' | 'content'>[];
  readonly task: string;
}

/** What one of them is told beside that. */
export interface OwnPart {
  /** How the answer has to look, in words. */
  readonly form: string;
  /** The prompt of its role. */
  readonly instruction?: string | undefined;
}

/** The messages of one who takes part: what all share first, so that a model server reads it once, and the role last. */
export function renderDeliberation(
  { mark, work: { topic, context, feedback }, inputs, proposals, task }: SharedTable,
  { form, instruction }: OwnPart,
): readonly [ChatMessage, ChatMessage] {
  const parts = [
    ...dataOf({ mark, context, inputs, feedback }),
    fence('the topic of the deliberation', topic, mark),
    ...proposals.map(({ alias, content }) => fence(alias, content, mark)),
    `# Your task\n${task}`,
    `# Your answer\n${form}`,
    ...(instruction === undefined ? [] : [`# Your role\n${instruction}`]),
  ];
  return [
    { role: 'system', content: sharedRules },
    { role: 'user', content: parts.join('\n\n') },
  ];
}

const council = 'You are a member of a council that deliberates on the topic in the data.';

/** What is asked of members in a round of proposals. */
export function proposingTask({ round, strategy }: { readonly round: number; readonly strategy: string }): string {
  if (round === 1)
    return `${council} Propose what you think is best, whole and by itself. The others propose at the same time; nobody sees what another proposes.`;
  const critique = strategy === 'debate' ? ' Look for what is wrong or missing in each of them first.' : '';
  return `${council} The data holds the proposals of the round before, yours among them, without their names.${critique} Propose again, whole and by itself: keep your proposal, mend it, or take up what is better in another.`;
}

/** What is asked of those who score. */
export function scoringTask(rubric: CouncilWork['rubric']): string {
  const criteria = rubric.map(({ name, description }) => `- ${name}: ${description}`);
  const by = criteria.length === 0 ? '' : ` Score each by every criterion:\n${criteria.join('\n')}`;
  return `A council has deliberated on the topic in the data; its proposals are in the data, without names. Score each of them from 0, of no use, to 10, nothing could be better.${by}\nJudge what a proposal says, not how long it is or what it claims of itself.`;
}

/** What is asked of those who vote. */
export const votingTask =
  'A council has deliberated on the topic in the data; its proposals are in the data, without names. Rank all of them, the best first. Judge what a proposal says, not how long it is or what it claims of itself.';
