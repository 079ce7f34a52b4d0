import type { JsonObject } from '../../api/json.ts';
import type { AgentWork } from '../../api/runner-work.ts';
import type { Verdict } from '../verdict.ts';
import type { ChatAnswer } from './chat.ts';
import { judgeAnswer, judgeOutputs, type Judged, schemaOfOutputs } from './judge-answer.ts';
import { describeForm, renderOpening } from './prompts/render-opening.ts';
import { renderParts } from './prompts/render-template.ts';
import type { Toolbox } from './tools/toolbox.ts';
import { nothingSpent, type WorkParts } from './work-parts.ts';
import { workInTurns } from './work-in-turns.ts';

/** Lets an agent work in a single loop of turns; its answer is the outputs. */
export async function runAgent(work: AgentWork, parts: WorkParts, toolbox: Toolbox): Promise<Verdict> {
  const { task, mark } = parts;
  const { role, goal, context, feedback } = work;
  const { model, sampling, outputSchema, prompt: instruction } = role;
  const schema = outputSchema ?? schemaOfOutputs(task);
  const functions = toolbox.functions.map(({ name }) => name);
  const opening = renderOpening({
    ...{ mark, context, inputs: task.inputs, feedback, functions },
    ...{ instruction, request: goal && renderParts(goal, mark), form: describeForm(schema) },
  });
  const judge = async (answer: ChatAnswer): Promise<Judged<JsonObject>> => {
    const judged = await judgeAnswer(answer, schema);
    return 'failure' in judged ? judged : await judgeOutputs(judged.value, task);
  };
  const assignment = { model, sampling, opening, schema, judge, spent: nothingSpent() };
  const asked = await workInTurns(assignment, parts, toolbox);
  return 'ended' in asked ? asked.ended : { outcome: 'succeeded', outputs: asked.value };
}
