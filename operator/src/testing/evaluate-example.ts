import type { Scope } from '../core/template/scope.ts';
import { compileExpression, evaluateCondition } from '../core/expression/expression.ts';
import { resolveBindings } from '../core/template/resolve-bindings.ts';
import type { RunEntry } from '../core/validation/catalogue/run-entries.ts';

/** What is told of an example when a run comes to it; undefined when it works. */
export function evaluateExample({ example }: RunEntry) {
  const { results } = example;
  const scope: Scope = {
    lookUp: (name) => (Object.hasOwn(results, name) ? results[name] : undefined),
    stepNames: () => Object.keys(results),
    isVariable: () => false,
  };
  const outcome =
    'binding' in example ? resolveBindings({ input: example.binding }, scope) : evaluate(example.expression, scope);
  return 'problem' in outcome ? outcome.problem : undefined;
}

function evaluate(text: string, scope: Scope) {
  const compiled = compileExpression(text);
  return 'problem' in compiled ? compiled : evaluateCondition(compiled.expression, { scope });
}
