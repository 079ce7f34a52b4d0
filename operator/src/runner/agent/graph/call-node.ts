import type { JsonValue } from '../../../api/json.ts';
import type { GraphNode } from '../../../api/runner-work.ts';
import { resolveTemplates } from '../../../core/template/resolve-template.ts';
import type { Resolved } from '../../../core/template/scope.ts';
import { failed } from '../../verdict.ts';
import { judgeText } from '../judge-answer.ts';
import type { PromptValues } from '../prompts/render-template.ts';
import type { Asked } from '../questioner.ts';
import type { Toolbox } from '../tools/toolbox.ts';
import { clipResult } from '../tools/tool.ts';
import { limitReached, limitsOf, type Spent, type WorkParts } from '../work-parts.ts';
import { toolRefused } from './check-graph.ts';
import type { CallWatch } from './watch-calls.ts';

/** What a node that calls a tool works with. */
export interface CallParts {
  readonly parts: WorkParts;
  readonly toolbox: Toolbox;
  readonly watch: CallWatch;
  readonly spent: Spent;
  /** The inputs and the answers so far; the last one stands at the end. */
  readonly values: PromptValues;
}

/** The result of one call of a tool. A call that fails ends the graph: nobody is there to think of another. */
export async function callNode(node: GraphNode, given: CallParts): Promise<Asked<JsonValue>> {
  const { parts, toolbox, watch, spent, values } = given;
  const { id, tool: name = '', outputSchema } = node;
  const { maxToolCalls } = limitsOf(parts.task);
  if (spent.toolCalls >= maxToolCalls) return { ended: limitReached(`All ${maxToolCalls} calls of tools were used.`) };
  const used = argumentsOf(node, values);
  if ('problem' in used) return { ended: failed(used.problem.code, used.problem.message) };
  spent.toolCalls += 1;
  let told = '';
  const heard = await watch.during(async () => {
    told = await toolbox.call({ id, name, arguments: JSON.stringify(used.value) });
  });
  if (heard === undefined) return { ended: toolRefused(told) };
  const { secrets } = parts;
  if ('problem' in heard) return { ended: failed('ToolFailed', clipResult(secrets.redact(heard.problem), 1000)) };
  const judged = await judgeText(clipResult(secrets.redact(heard.text)), outputSchema);
  return 'failure' in judged ? { ended: { outcome: 'failed', error: judged.failure } } : judged;
}

/** What the node says, with references to the state in it; else the answer that stands before it, or the inputs. */
function argumentsOf({ arguments: written }: GraphNode, values: PromptValues): Resolved<JsonValue> {
  if (written !== undefined) return resolveTemplates(written, scopeOf(values));
  return { value: [...values.values()].at(-1) ?? {} };
}

const scopeOf = (values: PromptValues) => ({
  lookUp: (root: string) => values.get(root),
  stepNames: () => [...values.keys()].filter((name) => name !== 'inputs'),
  isVariable: (root: string) => root === 'inputs',
});
