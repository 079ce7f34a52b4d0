import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { builtinTools, reservedTools } from '../../../api/agent-role.ts';
import { PodNeeds } from '../../../core/agent/pod-needs.ts';
import { resolveTools } from '../../../core/agent/resolve-role.ts';
import { toolNamesOf } from '../../../core/agent/role-tools.ts';
import { aTask } from '../../../testing/a-runner-task.ts';
import { aRole } from '../../../testing/a-world.ts';
import { AgentBench } from '../../../testing/agent-bench.ts';
import type { ModelTurn } from '../../../testing/scripted-model.ts';
import { ScriptedShell } from '../../../testing/scripted-shell.ts';
import { aTool, ScriptedTools } from '../../../testing/scripted-tools.ts';

/** Level 1 of the access rules: which tools each role may use, and no others. */
const access = {
  developer: ['git', 'file', 'docker'],
  architect: ['file', 'audit'],
  qa: ['docker', 'http', 'db'],
  devops: ['docker', 'kubectl', 'helm'],
  data: ['db', 'migrate'],
} as const;

const builtin: Readonly<Record<string, { readonly name: string; readonly arguments: unknown }>> = {
  file: { name: 'file_list', arguments: { path: '.' } },
  git: { name: 'git_status', arguments: {} },
  http: { name: 'http_request', arguments: { url: 'http://a.example/' } },
  shell: { name: 'shell_run', arguments: { command: 'true' } },
};

const tools = [...builtinTools, ...reservedTools];

/** A pod with a shell beside the agent, and the bench in it. */
async function besideShell(bench: AgentBench) {
  const place = {
    socket: join(bench.folder, 'socket'),
    workspace: join(bench.folder, 'shared'),
    repository: join(bench.folder, 'repository/.git'),
  };
  await mkdir(place.workspace);
  const shell = ScriptedShell.start(place.socket, () => ScriptedShell.answer('key: sk-12345678'));
  onTestFinished(() => shell.stop());
  return { place, shell };
}

describe.each(Object.entries(access))('a role that acts as %s', (name, allowed) => {
  it(`may use ${allowed.join(', ')}, and is refused every other tool before it runs`, async () => {
    const server = await ScriptedTools.start(({ method }) => {
      if (method === 'tools/list') return { tools: [aTool('run')] };
      return method === 'tools/call' ? { content: [{ type: 'text', text: 'done' }] } : undefined;
    });
    onTestFinished(() => server.stop());
    const turns = tools.map((tool): ModelTurn => ({
      calls: [builtin[tool] ?? { name: `${tool}_run`, arguments: {} }],
    }));
    const bench = await AgentBench.start([...turns, { text: 'Done.' }]);
    onTestFinished(() => bench.stop());
    const usual = toolNamesOf(aRole('it', { role: name })) ?? [];
    const served = usual.map((tool) => (tool in builtin ? { name: tool } : { name: tool, mcp: { url: server.url } }));
    const given = resolveTools(aRole('it', { role: name, tools: served }), undefined, new PodNeeds());
    const task = aTask({ work: { kind: 'agent', role: { tools: given, model: bench.access } } });
    const { result } = await bench.run(task, {
      shell: (await besideShell(bench)).place,
      sendHttp: () => Promise.resolve({ kind: 'failure', reason: 'HostNotAllowed', message: 'no' }),
    });
    const isAllowed = (tool: string) => (allowed as readonly string[]).includes(tool);
    const expected = tools.map((tool) => ({ tool, calls: isAllowed(tool) ? 1 : 0, refused: isAllowed(tool) ? 0 : 1 }));
    expect(result.toolCalls).toEqual(expected);
  });
});

describe('`shell`', () => {
  const run: ModelTurn = { calls: [{ name: 'shell_run', arguments: { command: 'make' } }] };
  const listed = [{ name: 'shell' }];
  const mcp = { image: 'shell:1' };
  it.each([
    ['a role in a sandbox', { sandboxed: true, tools: listed }, undefined, true, 1],
    ['a role in a sandbox, in a pod that has none', { sandboxed: true, tools: listed }, undefined, false, 0],
    ['a role in a sandbox that does not list it', { sandboxed: true, tools: [{ name: 'file' }] }, undefined, true, 0],
    ['a role without a sandbox', { tools: listed }, undefined, true, 0],
    ['a role in a sandbox whose step takes it away', { sandboxed: true, tools: listed }, [], true, 0],
    ['a role whose server provides it', { sandboxed: true, tools: [{ name: 'shell', mcp }] }, undefined, true, 0],
  ] as const)('is had by %s: %j', async (_, { tools: given, ...role }, asked, isThere, calls) => {
    const bench = await AgentBench.start([run, { text: 'Done.' }]);
    onTestFinished(() => bench.stop());
    const { place, shell } = await besideShell(bench);
    const needs = new PodNeeds();
    const resolved = resolveTools(aRole('it', { ...role, tools: [...given] }), asked, needs);
    expect(needs.shell !== undefined).toBe(resolved.some(({ name, mcp: server }) => name === 'shell' && !server));
    const contract = { tools: resolved.filter(({ mcp: server }) => server === undefined), model: bench.access };
    const task = aTask({ work: { kind: 'agent', role: { ...contract, sandboxed: 'sandboxed' in role } } });
    const environment = { CONCLAVE_VALUE_1: 'sk-12345678' };
    const { result } = await bench.run(task, { environment, ...(isThere && { shell: place }) });
    expect(result.toolCalls).toEqual([{ tool: 'shell', calls, refused: 1 - calls }]);
    expect(shell.asked).toHaveLength(calls);
    const told = bench.model.asked.at(-1)?.messages.at(-1)?.content;
    expect(told).toContain(calls === 1 ? '[exit code 0]\nkey: [secret]' : 'ToolUnavailable: nothing provides');
    const offered = (bench.model.asked[0]?.['tools'] ?? []) as { readonly function: { readonly name: string } }[];
    expect(offered.some((each) => each.function.name === 'shell_run')).toBe(calls === 1);
  });
});
