import { describe, expect, test } from 'vitest';
import { parseScript, ScriptError } from './script.ts';

const refusal = (text: string): string => {
  try {
    parseScript(text, 'demo.yaml');
  } catch (error) {
    if (error instanceof ScriptError) return error.message;
    throw error;
  }
  return 'taken';
};

describe('a script', () => {
  test('is a list of rules', () => {
    const text = `
- when: { role: planning, step: plan, contains: release, tool: lookUp, call: 2 }
  answer: { json: { ready: true, tasks: [1, two] } }
- answer: { toolCalls: [{ name: lookUp }] }
- answer: { fault: { kind: latency, times: 3 } }
`;
    expect(parseScript(text, 'demo.yaml')).toEqual([
      {
        when: { role: 'planning', step: 'plan', contains: 'release', tool: 'lookUp', call: 2 },
        answer: { json: { ready: true, tasks: [1, 'two'] } },
      },
      { when: {}, answer: { toolCalls: [{ name: 'lookUp', arguments: {} }] } },
      { when: {}, answer: { fault: { kind: 'latency', ms: 1000, times: 3 } } },
    ]);
  });

  test('may be empty', () => {
    expect(parseScript('# nothing yet\n', 'demo.yaml')).toEqual([]);
  });

  const refused: Record<string, { text: string; says: string }> = {
    'a condition that does not exist': {
      text: '- when: { rol: qa }\n  answer: { content: a }',
      says: 'demo.yaml:1:9: [0].when: Unrecognized key: "rol"',
    },
    'a fault that does not exist': {
      text: '- answer: { content: a }\n- answer:\n    fault: { kind: sleep }',
      says: 'demo.yaml:3:20: [1].answer.fault.kind: Invalid discriminator value.',
    },
    'a field that its fault does not have': {
      text: '- answer: { fault: { kind: hang, status: 500 } }',
      says: 'demo.yaml:1:20: [0].answer.fault: Unrecognized key: "status"',
    },
    'two answers at once': {
      text: '- answer: { content: a, json: 1 }',
      says: 'demo.yaml:1:11: [0].answer: must have one of content, json, toolCalls and fault, and nothing else',
    },
    'a rule without an answer': { text: '- when: { role: qa }', says: 'demo.yaml:1:3: [0].answer: must have one of' },
    'something else than a list': { text: 'when: {}', says: 'demo.yaml:1:1: Invalid input: expected array' },
    'two documents': { text: '[]\n---\n[]', says: 'demo.yaml:3:1: a script is one list of rules' },
    'what is not YAML': { text: '- answer: {', says: 'demo.yaml:1:1' },
  };
  test.each(Object.entries(refused))('does not have %s', (_, { text, says }) => {
    expect(refusal(text)).toContain(says);
  });
});
