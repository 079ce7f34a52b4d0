import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const probe = `
  import { registerHooks } from 'node:module';
  const loaded = new Set();
  registerHooks({
    load(url, context, next) {
      loaded.add(/node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1] ?? 'ours');
      return next(url, context);
    },
  });
  await import(process.argv[1]);
  console.log(JSON.stringify([...loaded]));
`;

// Each pod of an agent pays for it, before its first question.
it.each(['run-task.ts', 'do-agent-work.ts', 'run-flow.ts', 'run-council.ts', 'graph/run-graph.ts'])(
  'no schemas and no client are loaded to begin: %s',
  async (file) => {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const args = ['--input-type=module', '-e', probe, path];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const loaded = JSON.parse(stdout) as string[];
    expect(loaded).toContain('ours');
    expect(loaded.filter((name) => ['zod', 'openai', '@modelcontextprotocol/client'].includes(name))).toEqual([]);
  },
);
