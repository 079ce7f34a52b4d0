import { expect, test } from 'vitest';
import { canonicalWords } from './canonical-words.ts';

test.each<[string, string, string]>([
  [
    'names of fields as the canonical form has them',
    'dependsOn or `retryPolicy.maxAttempts`',
    'depends_on or `retry_policy.max_attempts`',
  ],
  ['words that are no fields as they are', 'someWord and CamelCase', 'someWord and CamelCase'],
  ["users' names as they are", `step 'dependsOn' and "maxParallel"`, `step 'dependsOn' and "maxParallel"`],
  ['apostrophes as they are', "the role's dependsOn isn't", "the role's depends_on isn't"],
])('keeps %s', (_, message, translated) => {
  const issue = { code: 'X', path: ['spec'], message, hint: message };
  expect(canonicalWords(issue, ['steps'])).toEqual({
    code: 'X',
    path: ['steps'],
    message: translated,
    hint: translated,
  });
});

test('leaves the values that are allowed, which are the same in both forms', () => {
  const message = 'must be one of inline, configMap, artifact';
  expect(canonicalWords({ code: 'InvalidValue', path: ['a'], message }, ['a']).message).toBe(message);
});

test('names a missing field as the canonical form does', () => {
  const issue = { code: 'RequiredField', path: ['spec', 'steps', 0, 'name'], message: 'name is required' };
  expect(canonicalWords(issue, ['steps', 0, 'id'])).toMatchObject({
    path: ['steps', 0, 'id'],
    message: 'id is required',
  });
});
