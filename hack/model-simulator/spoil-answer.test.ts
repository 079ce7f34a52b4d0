import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../operator/src/api/json.ts';
import { arbitraryValue, plainSchemas } from '../../operator/src/testing/arbitrary-schema.ts';
import { seededRandom } from '../../operator/src/testing/seeded-random.ts';
import { contentAnswer, toolAnswer } from './answer.ts';
import { parseChatRequest } from './chat-request.ts';
import { fits, randomValue } from './random-value.ts';
import { spoilAnswer } from './spoil-answer.ts';

const requestWith = (...tools: readonly object[]) =>
  parseChatRequest(JSON.stringify({ messages: [{ role: 'user', content: 'go' }], tools }));
const tool = (parameters: unknown) => ({ type: 'function', function: { name: 'act', parameters } });

describe('a spoilt answer', () => {
  test('holds no JSON any more', () => {
    fc.assert(
      fc.property(arbitraryValue, (value) => {
        const { content } = spoilAnswer(contentAnswer(JSON.stringify(value)), { kind: 'wrong-json' }, requestWith());
        expect(() => JSON.parse(content ?? '') as unknown).toThrow();
      }),
      { numRuns: 500 },
    );
    const called = spoilAnswer(toolAnswer([{ name: 'act', arguments: {} }]), { kind: 'wrong-json' }, requestWith());
    expect(() => JSON.parse(called.toolCalls[0]!.arguments) as unknown).toThrow();
  });

  test('calls a tool with arguments that it does not take', () => {
    fc.assert(
      fc.property(plainSchemas, fc.nat(), (schema, seed) => {
        const parameters = {
          type: 'object',
          required: ['given'],
          properties: { given: schema },
          $defs: schema['$defs']!,
        };
        const given = randomValue(parameters, seededRandom(seed));
        const answer = toolAnswer([{ name: 'act', arguments: given ?? {} }]);
        const { toolCalls } = spoilAnswer(answer, { kind: 'wrong-arguments' }, requestWith(tool(parameters)));
        expect(toolCalls.map(({ name }) => name)).toEqual(['act']);
        expect(fits(parameters, JSON.parse(toolCalls[0]!.arguments) as JsonValue)).toBe(false);
      }),
    );
  });

  test('calls the first tool that is offered where it called none, and is left alone where there is none', () => {
    const spoilt = spoilAnswer(
      contentAnswer('done'),
      { kind: 'wrong-arguments' },
      requestWith(tool({ type: 'object' })),
    );
    expect(spoilt).toEqual({ content: null, toolCalls: [{ name: 'act', arguments: '[]' }] });
    expect(spoilAnswer(contentAnswer('done'), { kind: 'wrong-arguments' }, requestWith())).toEqual(
      contentAnswer('done'),
    );
  });
});
