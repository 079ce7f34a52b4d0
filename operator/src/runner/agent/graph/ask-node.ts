import type { JsonValue } from '../../../api/json.ts';
import type { AgentWork, GraphNode } from '../../../api/runner-work.ts';
import { isTemplate } from '../../../core/template/parse-template.ts';
import type { Resolved } from '../../../core/template/scope.ts';
import { failed } from '../../verdict.ts';
import { judgeAnswer, type Judged, schemaOfOutputs } from '../judge-answer.ts';
import { fence } from '../prompts/fence.ts';
import { describeForm, renderOpening } from '../prompts/render-opening.ts';
import { type PromptValues, renderParts, renderTemplate } from '../prompts/render-template.ts';
import type { Asked, Questioner } from '../questioner.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { workInTurns } from '../work-in-turns.ts';
import type { Spent, WorkParts } from '../work-parts.ts';

/** What a node that asks a model works with. */
export interface AskParts<T> {
  readonly work: AgentWork;
  readonly parts: WorkParts;
  readonly toolbox: Toolbox;
  readonly questioner: Questioner;
  readonly spent: Spent;
  /** The inputs and the answers so far. */
  readonly values: PromptValues;
  /** Its answer is the last, whatever it is. */
  readonly isLast: boolean;
  /** What follows from an answer that fits the schema of the node. */
  readonly judge: (value: JsonValue) => Promise<Judged<T>>;
}

/** What a model answers: at once, or with tools in turns. */
export async function askNode<T>(node: GraphNode, given: AskParts<T>): Promise<Asked<T>> {
  const { work, parts, toolbox, questioner, spent } = given;
  const { role, goal, context, feedback } = work;
  const { task, mark } = parts;
  const prompt = promptOf(node, given, mark);
  if ('problem' in prompt) return { ended: failed(prompt.problem.code, prompt.problem.message) };
  const schema = schemaOf(node, given);
  const functions = node.type === 'agent' ? toolbox.functions.map(({ name }) => name) : [];
  const opening = renderOpening({
    ...{ mark, context, feedback, functions, inputs: task.inputs, instruction: role.prompt },
    ...{
      request: [goal && renderParts(goal, mark), prompt.value].filter(isGiven).join('\n\n'),
      form: describeForm(schema),
    },
  });
  const { model = role.model } = node;
  const judge = async (answer: Parameters<typeof judgeAnswer>[0]): Promise<Judged<T>> => {
    const judged = await judgeAnswer(answer, schema);
    return 'failure' in judged ? judged : await given.judge(judged.value);
  };
  const { sampling } = role;
  return node.type === 'agent'
    ? await workInTurns({ model, sampling, opening, schema, judge, spent }, parts, toolbox)
    : await questioner.ask({ model, sampling, messages: opening, schema, judge, mark });
}

const isGiven = (text: string | undefined): text is string => text !== undefined;

/** Only the last answer has to be what the step declares. */
const schemaOf = ({ outputSchema }: GraphNode, { work: { role }, parts, isLast }: AskParts<unknown>) =>
  outputSchema ?? (isLast ? (role.outputSchema ?? schemaOfOutputs(parts.task)) : undefined);

/** A prompt that names what it needs gets that; any other gets all the answers so far, as data. */
function promptOf({ id, prompt }: GraphNode, { work, values }: AskParts<unknown>, mark: string): Resolved<string> {
  if (prompt !== undefined && isTemplate(prompt)) return renderTemplate(prompt, values, mark);
  const ids = (work.graph?.nodes ?? []).map((node) => node.id);
  const answers = [...values].filter(([name]) => name !== 'inputs');
  const request = prompt ?? `Your part is '${id}', of these that work together: ${ids.join(', ')}.`;
  return { value: [request, ...answers.map(([name, value]) => fence(`answer of ${name}`, value, mark))].join('\n\n') };
}
