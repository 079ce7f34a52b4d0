import { compileExpression, evaluateCondition } from '../../expression/expression.ts';
import type { Scope } from '../../template/scope.ts';

/** Nothing has a value. */
const emptyScope: Scope = { lookUp: () => undefined, stepNames: () => [], isVariable: () => false };

/** What a condition always comes to, because it refers to nothing; undefined when that cannot be told. */
export function constantCondition(text: string | undefined): boolean | undefined {
  // Whatever refers to something has a name in it: most conditions need not be evaluated.
  const compiled = text === undefined || text.includes('{{') ? undefined : compileExpression(text);
  if (compiled === undefined || 'problem' in compiled) return undefined;
  const { expression } = compiled;
  if (expression.references.length > 0 || expression.variables.length > 0) return undefined;
  const outcome = evaluateCondition(expression, { scope: emptyScope });
  return 'value' in outcome ? outcome.value : undefined;
}
