import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runnerResult } from '../../api/runner-result.ts';
import type { AgentWork, RoleContract, ToolAccess } from '../../api/runner-work.ts';
import { aTask } from '../../testing/a-runner-task.ts';
import { AgentBench } from '../../testing/agent-bench.ts';
import type { ModelTurn } from '../../testing/scripted-model.ts';

const call = (name: string, given: unknown = {}): ModelTurn => ({ calls: [{ name, arguments: given }] });
const write = (path: string, content = 'x') => call('file_write', { path, content });
const done: ModelTurn = { text: 'Done.' };
const file: ToolAccess = { name: 'file' };

interface Given extends Partial<RoleContract> {
  readonly contextLength?: number;
}

async function anAgent(
  script: Parameters<typeof AgentBench.start>[0],
  { contextLength, ...role }: Given = {},
  more: Partial<AgentWork> = {},
) {
  const bench = await AgentBench.start(script);
  onTestFinished(() => bench.stop());
  const model = { ...bench.access, ...(contextLength !== undefined && { contextLength }) };
  const work: AgentWork = { kind: 'agent', role: { prompt: 'You write.', tools: [file], ...role, model }, ...more };
  return { bench, task: aTask({ work }) };
}

const lastTold = ({ model }: AgentBench) => model.asked.at(-1)?.messages.at(-1)?.content ?? '';

describe('an agent', () => {
  it('works with its tools until it has an answer', async () => {
    const { bench, task } = await anAgent([write('notes/a.md', 'Tea.'), call('file_list', { path: 'notes' }), done]);
    const { result, exitCode } = await bench.run({ ...task, outputs: ['draft'] });
    expect(exitCode).toBe(0);
    expect(runnerResult.parse(result)).toMatchObject({
      ...{ outcome: 'succeeded', outputs: { draft: 'Done.' }, usage: { promptTokens: 30, completionTokens: 15 } },
      toolCalls: [{ tool: 'file', calls: 2, refused: 0 }],
    });
    expect(await readFile(join(bench.workspace, 'notes/a.md'), 'utf8')).toBe('Tea.');
    expect(bench.model.asked[0]?.tools?.map((tool) => tool.function.name)).toEqual([
      'file_read',
      'file_write',
      'file_list',
    ]);
    expect(lastTold(bench)).toMatch(/^<<<DATA [0-9a-f]{24} result of file_list\na.md\n[0-9a-f]{24} DATA>>>$/);
  });

  it('answers by the schema that is asked for, and may mend its answer once, then without tools', async () => {
    const outputSchema = { type: 'object', required: ['n'] };
    const { bench, task } = await anAgent([{ text: 'n is 1' }, { text: '{"n": 1}' }]);
    const { result } = await bench.run({ ...task, outputSchema });
    expect(result.outputs).toEqual({ n: 1 });
    const [first, second] = bench.model.asked;
    expect(first).toMatchObject({ tool_choice: 'auto' });
    expect(first).not.toHaveProperty('response_format');
    expect(second).toMatchObject({ tool_choice: 'none', response_format: { json_schema: { schema: outputSchema } } });
    expect(lastTold(bench)).toContain('The answer is not JSON.');
  });

  it.each([
    ['no such function', 'do_magic', file, 'ToolUnknown', 'do_magic'],
    ['a tool that it is not given', 'http_request', file, 'ToolNotAllowed', 'http'],
    ['a tool that nothing provides', 'docker_run', file, 'ToolUnavailable', 'docker'],
    ['commands of a shell', 'shell_run', file, 'ToolUnavailable', 'shell'],
    ['writing where it may only read', 'file_write', { name: 'file', readOnly: true }, 'ToolReadOnly', 'file'],
    ['a call whose arguments do not fit', 'file_read', file, 'ArgumentsInvalid', 'file'],
  ])('is refused %s before anything runs, and goes on', async (_, name, access, told, tool) => {
    const { bench, task } = await anAgent([call(name, { content: 'x', path: 1 }), done], { tools: [access] });
    const { result } = await bench.run(task);
    expect(lastTold(bench)).toContain(`${told}:`);
    expect(result).toMatchObject({ outcome: 'succeeded', toolCalls: [{ tool, calls: 0, refused: 1 }] });
  });

  it('is told what a call could not do, and goes on', async () => {
    const { bench, task } = await anAgent([call('file_read', { path: 'nothing' }), done]);
    const { result } = await bench.run(task);
    expect(lastTold(bench)).toContain('Failed: nothing does not exist');
    expect(result.toolCalls).toEqual([{ tool: 'file', calls: 1, refused: 0 }]);
  });

  it('never sees secrets in what tools give', async () => {
    const { bench, task } = await anAgent([call('file_read', { path: 'a' }), done]);
    await mkdir(bench.workspace);
    await writeFile(join(bench.workspace, 'a'), 'key: sk-12345678');
    await bench.run(task, { environment: { CONCLAVE_VALUE_1: 'sk-12345678' } });
    expect(lastTold(bench)).toContain('key: [secret]');
  });
});

describe('an agent ends', () => {
  const endless = (_: unknown, count: number) => write(`f${count}`);
  it.each([
    ['turns', { maxTurns: 3 }, 3],
    ['calls', { maxToolCalls: 2 }, 3],
    ['tokens', { maxTokens: 2000 }, undefined],
  ] as const)('by its limit of %s', async (_, limit, requests) => {
    const { bench, task } = await anAgent((body, count) => ({ ...endless(body, count), promptTokens: 600 }));
    const { result, exitCode } = await bench.run({ ...task, limits: { ...task.limits, ...limit } });
    expect(result).toMatchObject({ outcome: 'limit', error: { reason: 'LimitReached' } });
    expect(exitCode).toBe(30);
    if (requests !== undefined) expect(bench.model.asked).toHaveLength(requests);
    else expect((result.usage?.promptTokens ?? 0) + (result.usage?.completionTokens ?? 0)).toBeLessThanOrEqual(2000);
  });

  it.each([
    ['when it makes the same call for ever', () => write('a'), 'Repetition'],
    ['when the model refuses', () => ({ refusal: 'I will not.' }), 'Refused'],
    ['when its answer is empty twice', () => ({ text: '' }), 'AnswerEmpty'],
  ] as const)('%s, with a reason', async (_, script, reason) => {
    const { bench, task } = await anAgent(script);
    const { result, exitCode } = await bench.run(task);
    expect(result).toMatchObject({ outcome: 'failed', error: { reason, retryable: false } });
    expect(exitCode).toBe(20);
  });
});

describe('a conversation that is too long', () => {
  const tooLong: ModelTurn = { status: 400, body: { error: { message: 'maximum context length is 10 tokens' } } };

  it('is made smaller, with a note that says so, and goes on', async () => {
    const { bench, task } = await anAgent([write('a'), write('b'), write('c'), tooLong, done]);
    const { result } = await bench.run(task);
    expect(result.outcome).toBe('succeeded');
    expect(bench.model.asked.at(-1)?.messages).toHaveLength(4);
    const note = 'Note: your first 2 turns were removed to make room. They called: file_write.';
    expect(bench.model.asked.at(-1)?.messages[1]?.content).toContain(note);
  });

  it('is made smaller before it is sent where the context is known', async () => {
    const { bench, task } = await anAgent([call('file_read', { path: 'a' }), done], { contextLength: 2500 });
    await mkdir(bench.workspace);
    await writeFile(join(bench.workspace, 'a'), 'tea '.repeat(5000));
    const { result } = await bench.run({ ...task, limits: { ...task.limits, maxOutputTokens: 300 } });
    expect(result.outcome).toBe('succeeded');
    expect(lastTold(bench)).toMatch(/\[cut here to make room; \d+ characters in all\]/);
  });

  it('ends the attempt with a reason when nothing can be taken from it', async () => {
    const { bench, task } = await anAgent([tooLong]);
    const { result } = await bench.run(task);
    expect(result.error).toMatchObject({ reason: 'ContextOverflow', retryable: false });
  });
});

describe('the tool `http`', () => {
  it.each([
    ['a host that is listed, also inside', ['intern.example', '*.org'], 'http://intern.example/x', true],
    ['what a pattern stands for, outside alone', ['*.example'], 'http://a.example/', false],
  ])('calls %s', async (_, allowedHosts, url, allowPrivateNetworks) => {
    const { bench, task } = await anAgent([call('http_request', { url }), done], {
      tools: [{ name: 'http', allowedHosts }],
    });
    const sent: unknown[] = [];
    await bench.run(task, {
      sendHttp: (request) => {
        sent.push(request);
        const headers = { 'content-type': 'text/plain' };
        return Promise.resolve({ kind: 'answer', status: 200, headers, body: Buffer.from('tea') });
      },
    });
    expect(sent).toMatchObject([{ method: 'GET', url, allowedHosts, allowPrivateNetworks }]);
    expect(lastTold(bench)).toContain('Status: 200\nContent-Type: text/plain\n\ntea');
  });

  it('calls no host where none is listed', async () => {
    const { bench, task } = await anAgent([call('http_request', { url: 'http://a.example' }), done], {
      tools: [{ name: 'http' }],
    });
    await bench.run(task, {
      sendHttp: ({ allowedHosts, allowedBy }) => {
        expect([allowedHosts, allowedBy]).toEqual([[], 'the role']);
        return Promise.resolve({ kind: 'failure', reason: 'HostNotAllowed', message: 'no' });
      },
    });
    expect(lastTold(bench)).toContain('Failed: HostNotAllowed: no');
  });
});

describe('the workspace', () => {
  it.each(['../out', '/etc/passwd', 'a/../../out', '.git/config', 'link/x', 'link', 'leak', 'a\\b', '.'])(
    'is left by no path: %s',
    async (path) => {
      const { bench, task } = await anAgent([write(path, 'evil'), call('file_read', { path }), done]);
      await mkdir(bench.workspace);
      await writeFile(join(bench.folder, 'out'), 'outside');
      await symlink(bench.folder, join(bench.workspace, 'link'));
      await symlink(join(bench.folder, 'out'), join(bench.workspace, 'leak'));
      await bench.run(task);
      const told = bench.model.asked.at(-1)?.messages.filter(({ role }) => role === 'tool') ?? [];
      expect(told).toHaveLength(2);
      for (const { content } of told) expect(content).toContain('Failed: ');
      expect(await readFile(join(bench.folder, 'out'), 'utf8')).toBe('outside');
    },
  );
});
