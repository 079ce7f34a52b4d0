import { describe, expect, it, onTestFinished } from 'vitest';
import { builtinTools, reservedTools } from '../../../api/agent-role.ts';
import { PodNeeds } from '../../../core/agent/pod-needs.ts';
import { resolveTools } from '../../../core/agent/resolve-role.ts';
import { toolNamesOf } from '../../../core/agent/role-tools.ts';
import { aTask } from '../../../testing/a-runner-task.ts';
import { aRole } from '../../../testing/a-world.ts';
import { AgentBench } from '../../../testing/agent-bench.ts';
import type { ModelTurn } from '../../../testing/scripted-model.ts';
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
};

/** `shell` is offered to nobody. */
const tools = [...builtinTools, ...reservedTools].filter((name) => name !== 'shell');

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
      sendHttp: () => Promise.resolve({ kind: 'failure', reason: 'HostNotAllowed', message: 'no' }),
    });
    const isAllowed = (tool: string) => (allowed as readonly string[]).includes(tool);
    const expected = tools.map((tool) => ({ tool, calls: isAllowed(tool) ? 1 : 0, refused: isAllowed(tool) ? 0 : 1 }));
    expect(result.toolCalls).toEqual(expected);
  });
});
