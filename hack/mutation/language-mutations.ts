import type { Mutation } from './mutation.ts';

const template = (file: string) => `operator/src/core/template/${file}`;
const expression = (file: string) => `operator/src/core/expression/${file}`;

const resolving = [template('resolve-template.test.ts')];
const binding = [template('resolve-bindings.test.ts')];
const evaluating = [expression('expression.test.ts')];

/** Bugs in templates and expressions. */
export const languageMutations: readonly Mutation[] = [
  {
    name: 'inherited-fields-are-found',
    file: template('navigate.ts'),
    source: 'isObject && Object.hasOwn(value, name) ? value[name] : undefined',
    replacement: 'isObject ? value[name] : undefined',
    goesWrong: 'a template reads `constructor` and `__proto__` of every object',
    tests: resolving,
  },
  {
    name: 'splats-lose-the-last-item',
    file: template('navigate.ts'),
    source: 'of list.entries()) {\n    walk.trail',
    replacement: 'of list.slice(0, -1).entries()) {\n    walk.trail',
    goesWrong: '[*] gives all items of a list but the last',
    tests: resolving,
  },
  {
    name: 'splats-of-one-item-are-no-list',
    file: template('navigate.ts'),
    source: 'return { value: walk.found };',
    replacement: 'return { value: walk.found.length === 1 ? (walk.found[0] ?? null) : walk.found };',
    goesWrong: '[*] over a list of one item gives the item, not a list',
    tests: resolving,
  },
  {
    name: 'types-become-text',
    file: template('resolve-template.ts'),
    source: 'if (template.parts.length === 1 && first !== undefined) return resolvePart(first, place);',
    replacement: '',
    goesWrong: 'a number or a list that a template stands for alone becomes text',
    tests: resolving,
  },
  {
    name: 'values-are-templates-again',
    file: template('resolve-template.ts'),
    source: "return 'problem' in resolved ? resolved : spend(resolved.value, place);",
    replacement: "return 'problem' in resolved ? resolved : resolve(resolved.value, place);",
    goesWrong: 'what a user or a model has put into data is read as a template: data becomes code',
    tests: resolving,
  },
  {
    name: 'lists-are-passed-over',
    file: template('resolve-template.ts'),
    source: 'isList(value) ? resolveList(value, inside)',
    replacement: 'isList(value) ? spend(value, inside)',
    goesWrong: 'templates inside of lists are passed on as they are written',
    tests: resolving,
  },
  {
    name: 'literal-values-are-templates',
    file: template('resolve-bindings.ts'),
    source: 'if (value !== undefined) return { value };',
    replacement: 'if (value !== undefined) return resolveTemplates(value, scope, budget);',
    goesWrong: '`value` of an input is read as a template',
    tests: binding,
  },
  {
    name: 'null-is-an-alternative',
    file: template('resolve-bindings.ts'),
    source: "if ('value' in resolved && resolved.value !== null) return resolved;",
    replacement: "if ('value' in resolved) return resolved;",
    goesWrong: '`or` takes an entry that is null instead of the next one',
    tests: binding,
  },
  {
    name: 'results-without-a-bound',
    file: template('size-budget.ts'),
    source: 'this.#characters -= size.characters;',
    replacement: 'this.#characters -= Math.min(0, size.characters);',
    goesWrong: 'a small template that names a large value many times fills the memory',
    tests: [template('size-budget.test.ts')],
  },
  {
    name: 'paths-may-be-malformed',
    file: template('parse-path.ts'),
    source: "if (text.charAt(closing) !== ']') return expected(']', text, closing);",
    replacement: '',
    goesWrong: 'a bracket that is never closed is no mistake',
    tests: [template('parse-template.test.ts')],
  },
  {
    name: 'failing-operands-decide',
    file: expression('evaluate-logic.ts'),
    source: 'if (left === deciding) return deciding;',
    replacement: "if (left === deciding || typeof left !== 'boolean') return deciding;",
    goesWrong: '`||` is true when its first operand fails, so that a condition holds without data',
    tests: evaluating,
  },
  {
    name: 'all-items-like-one',
    file: expression('evaluate-macro.ts'),
    source: "['all', (iteration) => decide(iteration, false)]",
    replacement: "['all', (iteration) => decide(iteration, true)]",
    goesWrong: '`all` is true when one item fits',
    tests: evaluating,
  },
  {
    name: 'has-wants-more-than-a-field',
    file: expression('evaluate-access.ts'),
    source: 'return isMap(value) && entryOf(value, name) !== undefined;',
    replacement: 'return isMap(value) && (entryOf(value, name) ?? null) !== null;',
    goesWrong: '`has` is false for a field that is there and null',
    tests: evaluating,
  },
  {
    name: 'at-least-is-more-than',
    file: expression('calculate-number.ts'),
    source: "'>=': (left, right) => left >= right",
    replacement: "'>=': (left, right) => left > right",
    goesWrong: 'a value that is exactly at a bound counts as below it',
    tests: evaluating,
  },
  {
    name: 'conditions-may-be-anything',
    file: expression('expression.ts'),
    source: "typeof value === 'boolean' ? { value } : { problem: notBoolean(value, expression.text) }",
    replacement: '{ value: Boolean(value) }',
    goesWrong: 'a condition that gives text or a number holds, whatever it says',
    tests: evaluating,
  },
];
