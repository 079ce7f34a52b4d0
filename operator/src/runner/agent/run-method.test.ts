import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunnerTask } from '../../api/runner-task.ts';
import { aTask } from '../../testing/a-runner-task.ts';
import { AgentBench } from '../../testing/agent-bench.ts';
import { EverythingServer, freePort } from '../../testing/everything-server.ts';
import { aTool, ScriptedTools, type ToolScript } from '../../testing/scripted-tools.ts';

interface Given extends Partial<RunnerTask> {
  readonly url: string;
  readonly environment?: Record<string, string>;
  readonly interruption?: AbortController;
}

async function callMethod(name: string, { url, environment = {}, interruption, ...more }: Given) {
  const bench = await AgentBench.start([]);
  onTestFinished(() => bench.stop());
  const headerVariables = Object.keys(environment).length > 0 ? { authorization: 'CONCLAVE_VALUE_1' } : {};
  const mcp = { name, mcp: { url, allow: [name], headerVariables } };
  const task = aTask({ work: { kind: 'method', method: 'm', mcp }, deadlineSeconds: 600, ...more });
  const { signal } = interruption ?? bench.interruption;
  return await bench.run(task, { environment, interruption: signal, serverPatience: { totalMs: 0, delayMs: 1 } });
}

/** A server whose tool `ask` answers by script. */
async function aServer(script: ToolScript, more: object = {}): Promise<string> {
  const server = await ScriptedTools.start((asked, response) => {
    if (asked.method === 'tools/list') return { tools: [aTool('ask', more)] };
    return asked.method === 'tools/call' ? script(asked, response) : undefined;
  });
  onTestFinished(() => server.stop());
  return server.url;
}

const says = (text: string) => ({ content: [{ type: 'text', text }] });

describe('a Method of type `mcp`', () => {
  it('is a call of a tool with the inputs, and its outputs are what the tool answers', async () => {
    const server = await EverythingServer.start();
    onTestFinished(() => server.stop());
    const inputs = { location: 'Chicago' };
    const { result, exitCode } = await callMethod('get-structured-content', { url: server.url, inputs });
    expect(exitCode).toBe(0);
    expect(result).toMatchObject({
      outputs: { temperature: 36, conditions: 'Light rain / drizzle', humidity: 82 },
      toolCalls: [{ tool: 'get-structured-content', calls: 1, refused: 0 }],
    });
  });

  it.each([
    ['a text is `content`', says('tea'), {}, { content: 'tea' }],
    ['a text is the only output that is declared', says('tea'), { outputs: ['drink'] }, { drink: 'tea' }],
    [
      'an object may be the only output',
      { ...says('x'), structuredContent: { a: 1 } },
      { outputs: ['b'] },
      { b: { a: 1 } },
    ],
  ])('%s', async (_, answer, more, outputs) => {
    const { result } = await callMethod('ask', { url: await aServer(() => answer), ...more });
    expect(result.outputs).toEqual(outputs);
  });

  it('gives no secret as an output', async () => {
    const url = await aServer(() => ({ ...says('x'), structuredContent: { 'sk-12345678': ['sk-12345678'] } }));
    const { result } = await callMethod('ask', { url, environment: { CONCLAVE_VALUE_1: 'sk-12345678' } });
    expect(result.outputs).toEqual({ '[secret]': ['[secret]'] });
  });

  it('asks for nothing where the inputs are not what the tool takes', async () => {
    const inputSchema = { type: 'object', required: ['n'] };
    const url = await aServer(() => expect.unreachable(), { inputSchema });
    const { result, exitCode } = await callMethod('ask', { url });
    expect(result.error).toMatchObject({ reason: 'InputInvalid', retryable: false });
    expect(exitCode).toBe(20);
  });

  it('checks the outputs by their schema', async () => {
    const outputSchema = { type: 'object', required: ['n'] };
    const { result } = await callMethod('ask', { url: await aServer(() => says('x')), outputSchema });
    expect(result.error?.reason).toBe('OutputInvalid');
  });
});

describe('a Method of type `mcp` fails', () => {
  const cuts: ToolScript = (_, response) => {
    response.destroy();
    return 'answered';
  };
  const gateway: ToolScript = (_, response) => {
    response.writeHead(502).end();
    return 'answered';
  };
  const reads = { annotations: { readOnlyHint: true } };
  it.each([
    ['when the tool says so', () => ({ ...says('no tea'), isError: true }), {}, 'ToolFailed', false],
    ['when the server will not', () => ({ error: { code: -32_602, message: 'no' } }), {}, 'ToolFailed', false],
    ['when the answer is lost', cuts, {}, 'AnswerLost', false],
    ['when a gateway that may have passed the call on fails', gateway, {}, 'AnswerLost', false],
    ['and may be tried again, when the answer is lost of a tool that only reads', cuts, reads, 'AnswerLost', true],
  ] as const)('%s', async (_, script, more, reason, retryable) => {
    const { result } = await callMethod('ask', { url: await aServer(script, more) });
    expect(result).toMatchObject({ outcome: 'failed', error: { reason, retryable } });
  });

  it('and may be tried again, when nobody is there', async () => {
    const { result, exitCode } = await callMethod('ask', { url: `http://127.0.0.1:${await freePort()}/mcp` });
    expect(result.error).toMatchObject({ reason: 'ToolUnavailable', retryable: true });
    expect(exitCode).toBe(10);
  });

  it('when the server has no such tool', async () => {
    const { result } = await callMethod('other', { url: await aServer(() => says('x')) });
    expect(result.error).toMatchObject({ reason: 'ToolNotFound', retryable: false });
  });

  it.each([
    ['and it is not known what happened, when it takes longer than it may', {}, 'AnswerLost', 20],
    ['by its limit, when it takes longer than it may and only reads', reads, 'LimitReached', 30],
  ])('%s', async (_, more, reason, code) => {
    const url = await aServer(() => 'answered', more);
    const { result, exitCode } = await callMethod('ask', { url, limits: { wallTimeSeconds: 1 } });
    expect(result.error).toMatchObject({ reason, retryable: false });
    expect(exitCode).toBe(code);
  });

  it.each([
    ['and it is not known what happened, when it is interrupted', {}, 'AnswerLost', false],
    ['and may be tried again, when it is interrupted and only reads', reads, 'Interrupted', true],
  ])('%s', async (_, more, reason, retryable) => {
    const interruption = new AbortController();
    const script: ToolScript = () => {
      interruption.abort();
      return 'answered';
    };
    const { result } = await callMethod('ask', { url: await aServer(script, more), interruption });
    expect(result.error).toMatchObject({ reason, retryable });
  });
});
