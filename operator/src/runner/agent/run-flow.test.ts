import { describe, expect, it, onTestFinished } from 'vitest';
import type { FlowWork } from '../../api/runner-work.ts';
import { runnerResult, terminationMessage } from '../../api/runner-result.ts';
import { aTask } from '../../testing/a-runner-task.ts';
import { AgentBench } from '../../testing/agent-bench.ts';
import type { ModelTurn } from '../../testing/scripted-model.ts';

const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
type Completion = Partial<FlowWork['completions'][number]>;

async function aFlow(turns: readonly ModelTurn[], completions: readonly Completion[]) {
  const bench = await AgentBench.start(turns);
  onTestFinished(() => bench.stop());
  const { access: model } = bench;
  const work: FlowWork = {
    kind: 'flow',
    completions: completions.map((each, index) => ({ name: `c${index + 1}`, prompt: 'Go.', model, ...each })),
  };
  return { bench, task: aTask({ work, inputs: { subject: 'tea' } }) };
}

describe('a flow', () => {
  it('asks one completion after the other, and its last answer is the outputs', async () => {
    const { bench, task } = await aFlow(
      [{ text: '{"n": 1}' }, { text: 'Two.' }],
      [
        { prompt: 'On {{inputs.subject}}.', outputSchema: schema, sampling: { temperature: 0 } },
        { prompt: 'After {{c1.n}}.' },
      ],
    );
    const { result, message, exitCode } = await bench.run({ ...task, outputs: ['draft'] });
    const usage = { promptTokens: 20, completionTokens: 10, costUnits: '0.00004' };
    expect(runnerResult.parse(result)).toMatchObject({ outcome: 'succeeded', outputs: { draft: 'Two.' }, usage });
    expect(terminationMessage.parse(message)).toEqual({ outcome: 'succeeded', outputs: { draft: 'Two.' }, usage });
    expect(exitCode).toBe(0);
    const [one, two] = bench.model.asked;
    expect(one).toMatchObject({ temperature: 0, response_format: { json_schema: { schema } } });
    expect(one?.messages[1]?.content).toMatch(/# Your task\nOn \n<<<DATA [0-9a-f]{24} inputs.subject\ntea\n/);
    expect(two).not.toHaveProperty('response_format');
    expect(two?.messages[1]?.content).toMatch(/After \n<<<DATA [0-9a-f]{24} c1.n\n1\n/);
    expect(one?.messages[0]).toEqual(two?.messages[0]);
  });

  it('tells the values of its own prompt as data, and reads none of its pieces as a template', async () => {
    const parts = [{ text: 'Say {{inputs.subject}} of ' }, { name: 'find.tea', value: '{{inputs.subject}}' }];
    const { bench, task } = await aFlow([{ text: 'x' }], [{ prompt: undefined, parts }]);
    await bench.run(task);
    expect(bench.model.asked[0]?.messages[1]?.content).toMatch(
      /# Your task\nSay \{\{inputs.subject\}\} of \n<<<DATA [0-9a-f]{24} find.tea\n\{\{inputs.subject\}\}\n/,
    );
  });

  it('asks once more for an answer that does not fit, and says what was wrong', async () => {
    const { bench, task } = await aFlow([{ text: '{"n": "x"}' }, { text: '{"n": 2}' }], [{ outputSchema: schema }]);
    const { result } = await bench.run(task);
    expect(result.outputs).toEqual({ n: 2 });
    const [said, repair] = bench.model.asked[1]?.messages.slice(2) ?? [];
    expect(said).toEqual({ role: 'assistant', content: '{"n": "x"}' });
    expect(repair?.content).toContain('does not fit its schema: n ');
  });

  const text = { text: 'no JSON' };
  it.each([
    ['an answer that never fits', [text, text], { outputSchema: schema }, 'AnswerInvalid', 20],
    [
      'an answer that is cut',
      [
        { text: 'x', finish: 'length' },
        { text: 'x', finish: 'length' },
      ],
      {},
      'AnswerCut',
      20,
    ],
    ['a refusal', [{ refusal: 'No.' }], {}, 'Refused', 20],
    ['a template that names what there is not', [], { prompt: '{{inputs.x}}' }, 'FieldNotFound', 20],
    ['a server that is broken', [{ status: 500 }, { status: 500 }], {}, 'ModelUnavailable', 10],
    ['a server that refuses', [{ status: 401 }], {}, 'ModelUnauthorized', 20],
  ] as const)('ends with a reason after %s', async (_, turns, completion, reason, code) => {
    const { bench, task } = await aFlow(turns, [completion]);
    const { result, exitCode } = await bench.run(task);
    expect(result).toMatchObject({ outcome: 'failed', error: { reason, retryable: code === 10 } });
    expect(exitCode).toBe(code);
    expect(bench.model.asked).toHaveLength(turns.length);
  });

  it.each([
    ['turns', { maxTurns: 1 }, 1],
    ['tokens', { maxTokens: 100 }, 0],
    ['time', { wallTimeSeconds: 0.2 }, 2],
  ])('ends by its limit of %s, and says what it used', async (name, limit, requests) => {
    const slow = { text: 'x', stallAfter: 1 };
    const { bench, task } = await aFlow([{ text: 'one' }, name === 'time' ? slow : { text: 'two' }], [{}, {}]);
    const { result, exitCode } = await bench.run({ ...task, limits: { ...task.limits, ...limit } });
    expect(result).toMatchObject({ outcome: 'limit', error: { reason: 'LimitReached' } });
    expect(result.usage?.completionTokens ?? 0).toBe([0, 5, 6][requests]);
    expect(exitCode).toBe(30);
    expect(bench.model.asked).toHaveLength(requests);
  });
});

describe('a run', () => {
  it('that is interrupted says what it used, and may be tried again', async () => {
    const { bench, task } = await aFlow([{ text: 'one' }, { text: 'slow', stallAfter: 1 }], [{}, {}]);
    const running = bench.run(task);
    await expect.poll(() => bench.model.asked.length, { timeout: 20_000 }).toBe(2);
    bench.interruption.abort();
    const { result, exitCode } = await running;
    expect(result).toMatchObject({ error: { reason: 'Interrupted', retryable: true }, usage: { promptTokens: 10 } });
    expect(exitCode).toBe(10);
  });

  it('takes secrets out of its environment, and tells none', async () => {
    const { bench, task } = await aFlow([{ status: 401, body: { error: { message: 'bad key sk-12345678' } } }], [{}]);
    const work = task.work as FlowWork;
    const completions = work.completions.map((each) => ({
      ...each,
      model: { ...each.model, apiKeyVariable: 'CONCLAVE_VALUE_1' },
    }));
    const environment = { CONCLAVE_VALUE_1: 'sk-12345678', CONCLAVE_VALUE_2: 'other', PATH: '/bin' };
    const { result } = await bench.run({ ...task, work: { ...work, completions } }, { environment });
    expect(environment).toEqual({ PATH: '/bin' });
    expect(bench.model.received[0]?.headers.authorization).toBe('Bearer sk-12345678');
    expect(result.error?.message).toContain('bad key [secret]');
  });

  it('of what it does not serve says so before anything is spent', async () => {
    const { bench, task } = await aFlow([], [{}]);
    const { result, exitCode } = await bench.run({ ...task, work: { kind: 'method', method: 'm' } });
    expect(result).toMatchObject({ outcome: 'failed', error: { reason: 'NotServed', retryable: false } });
    expect(exitCode).toBe(20);
  });
});
