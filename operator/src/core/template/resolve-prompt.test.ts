import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../api/json.ts';
import { resolvePrompt } from './resolve-prompt.ts';
import { resolveTemplates } from './resolve-template.ts';
import type { Scope } from './scope.ts';
import { sizeLimits } from './size-budget.ts';

const scopeOf = (values: Readonly<Record<string, JsonValue>>): Scope => ({
  lookUp: (root) => (Object.hasOwn(values, root) ? values[root] : undefined),
  stepNames: () => Object.keys(values),
  isVariable: () => false,
});

describe('the pieces of a prompt', () => {
  it('are what its author wrote, and apart from that each value with its reference', () => {
    const scope = scopeOf({ find: { notes: ['a', 1], who: 'me {{find.notes}}' } });
    expect(resolvePrompt('Look at {{find.notes}}, {{ find.who }}!', scope)).toEqual({
      value: [
        { text: 'Look at ' },
        { name: 'find.notes', value: ['a', 1] },
        { text: ', ' },
        { name: 'find.who', value: 'me {{find.notes}}' },
        { text: '!' },
      ],
    });
  });

  it.each(['', 'Go.', 'No }} template'])('of a prompt without references are itself: %j', (prompt) => {
    expect(resolvePrompt(prompt, scopeOf({}))).toEqual({ value: [{ text: prompt }] });
  });

  it.each([
    ['names what there is not', '{{other.x}}', 'StepNotFound'],
    ['is no template', 'Go {{', undefined],
  ])('are not there where the prompt %s', (_, prompt, code) => {
    const resolved = resolvePrompt(prompt, scopeOf({ find: {} }));
    if (!('problem' in resolved)) throw new Error('it was resolved');
    if (code !== undefined) expect(resolved.problem.code).toBe(code);
  });

  it('are bounded together', () => {
    const text = 'x'.repeat(sizeLimits.characters / 4);
    const scope = scopeOf({ find: { text } });
    expect(resolvePrompt('{{find.text}}'.repeat(3), scope)).toHaveProperty('value');
    expect(resolvePrompt('{{find.text}}'.repeat(5), scope)).toMatchObject({ problem: { code: 'ValueTooLarge' } });
  });

  it('are no more than a task can hold', () => {
    const scope = scopeOf({ s: { t: 'x' } });
    expect(resolvePrompt('{{s.t}}'.repeat(2048), scope)).toHaveProperty('value.length', 2048);
    expect(resolvePrompt('{{s.t}}'.repeat(2049), scope)).toMatchObject({ problem: { code: 'ValueTooLarge' } });
  });

  it('give together the text that the template gives', () => {
    const texts = fc.array(
      fc.oneof(
        fc.constant('{{s.t}}'),
        fc.string().filter((each) => !each.includes('{')),
      ),
    );
    fc.assert(
      fc.property(texts, fc.string(), (all, value) => {
        const [prompt, scope] = [`-${all.join('')}-`, scopeOf({ s: { t: value } })];
        const [pieces, whole] = [resolvePrompt(prompt, scope), resolveTemplates(prompt, scope)];
        if ('problem' in pieces || 'problem' in whole) throw new Error('it was not resolved');
        const texts = pieces.value.map((piece) => ('text' in piece ? piece.text : piece.value));
        expect((texts as string[]).join('')).toBe(whole.value);
      }),
    );
  });
});
