import type { Binding } from '../../../api/binding.ts';
import type { JsonObject } from '../../../api/json.ts';

/** What there is to know about a code that only a run can tell: it depends on the values themselves. */
export interface RunEntry {
  readonly code: string;
  readonly meaning: string;
  readonly remedy: string;
  /** A binding or an expression, and the results of steps that it meets. */
  readonly example: { readonly results: JsonObject } & (
    { readonly binding: Binding } | { readonly expression: string }
  );
}

/** Codes that the steps of a run fail with, beside those that validation finds before where schemas tell it. */
export const runEntries: readonly RunEntry[] = [
  {
    code: 'IndexOutOfRange',
    meaning: 'A list has no item at the index that a template names.',
    remedy: 'Take `[*]` for all items, or another value by `or`.',
    example: { binding: { from: '{{collect.posts[3]}}' }, results: { collect: { posts: ['first'] } } },
  },
  {
    code: 'NothingResolved',
    meaning: 'None of the entries of `or` has a value other than null.',
    remedy: 'Add an entry that always has one, such as an input.',
    example: { binding: { or: ['{{collect.name}}', '{{look_up.name}}'] }, results: { collect: { name: null } } },
  },
  {
    code: 'InvalidBinding',
    meaning: 'An input says none of `from`, `or` and `value`, or more than one.',
    remedy: 'Say exactly one.',
    example: { binding: {}, results: {} },
  },
  {
    code: 'ExpressionFailed',
    meaning: 'An expression cannot be computed with the values that it met.',
    remedy: 'Ask first whether the value is what the expression needs: `has(…)`, `type(x) == int`.',
    example: { expression: '10 / {{collect.count}} > 1', results: { collect: { count: 0 } } },
  },
  {
    code: 'ExpressionTooCostly',
    meaning: 'Computing an expression takes too many steps.',
    remedy: 'Let a step compute a part of it.',
    example: {
      expression: '{{a.list}}.all(x, {{a.list}}.all(y, {{a.list}}.all(z, x + y + z >= 0)))',
      results: { a: { list: Array.from({ length: 1000 }, () => 1) } },
    },
  },
];
