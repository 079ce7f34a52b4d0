import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

/** The project's own configuration, without the rules that need types: the planted files exist only as text. */
const eslint = new ESLint({
  overrideConfig: [
    {
      files: ['**/*.ts'],
      ...tseslint.configs.disableTypeChecked,
      languageOptions: { parserOptions: { projectService: false } },
    },
  ],
});

const planted = ['no-restricted-imports', 'no-restricted-syntax', 'no-restricted-globals'];

/** What the import table and the rules of purity say of a file with this text. */
async function complaints(filePath: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath });
  return (result?.messages ?? [])
    .filter(({ ruleId, fatal }) => fatal === true || (ruleId !== null && planted.includes(ruleId)))
    .map(({ message }) => message);
}

describe('the import table', () => {
  const forbidden: Record<string, { file: string; text: string; message: string }> = {
    'core does not import kube': {
      file: 'operator/src/core/planted.ts',
      text: "import { KubeClient } from '../kube/client.ts';",
      message: 'core/ may not import kube/',
    },
    'core does not import kube from a folder below either': {
      file: 'operator/src/core/pipeline/planted.ts',
      text: "export { KubeClient } from '../../kube/client.ts';",
      message: 'core/ may not import kube/',
    },
    'api imports nothing of ours': {
      file: 'operator/src/api/planted.ts',
      text: "import { digestOf } from '../core/digest.ts';",
      message: 'api/ may not import core/',
    },
    'siblings do not import each other': {
      file: 'operator/src/controllers/planted.ts',
      text: "import type { KubeClient } from '../kube/client.ts';",
      message: 'controllers/ may not import kube/',
    },
    'the cli does not load kube when it starts': {
      file: 'operator/src/cli/planted.ts',
      text: "import { KubeClient } from '../kube/client.ts';",
      message: 'cli/ may not import kube/',
    },
    'no one but tests imports testing': {
      file: 'operator/src/kube/planted.ts',
      text: "import { ManualClock } from '../testing/manual-clock.ts';",
      message: 'kube/ may not import testing/',
    },
    'only kube knows client-node': {
      file: 'operator/src/controllers/planted.ts',
      text: "import { KubeConfig } from '@kubernetes/client-node';",
      message: 'only kube/ may know @kubernetes/client-node',
    },
    'a package is not reached by a path inside it either': {
      file: 'operator/src/runner/planted.ts',
      text: "import x from 'undici/lib/x.js';",
      message: 'only kube/, executors/ may know undici',
    },
    'nor by loading it lazily': {
      file: 'operator/src/core/planted.ts',
      text: "export const load = () => import('pino');",
      message: 'only telemetry/ may know pino',
    },
    'core has no node modules': {
      file: 'operator/src/core/planted.ts',
      text: "import { createHash } from 'node:crypto';",
      message: 'core/ is pure',
    },
    'core has no clock': {
      file: 'operator/src/core/planted.ts',
      text: 'export const now = () => Date.now();',
      message: 'take `now` as an argument',
    },
    'core has no clock by a constructor': {
      file: 'operator/src/core/planted.ts',
      text: 'export const now = () => new Date();',
      message: 'take `now` as an argument',
    },
    'core has no randomness': {
      file: 'operator/src/core/planted.ts',
      text: 'export const roll = () => Math.random();',
      message: 'take randomness as an argument',
    },
    'core is synchronous': {
      file: 'operator/src/core/planted.ts',
      text: 'export async function later() {}',
      message: 'this folder is synchronous',
    },
    'core does not see the process': {
      file: 'operator/src/core/planted.ts',
      text: 'export const home = () => process.env.HOME;',
      message: "Unexpected use of 'process'.",
    },
  };
  it.each(Object.entries(forbidden))('%s', async (_, { file, text, message }) => {
    expect((await complaints(file, text)).join('\n')).toContain(message);
  });

  const allowed: Record<string, { file: string; text: string }> = {
    'core imports api': { file: 'operator/src/core/planted.ts', text: "import { kinds } from '../api/kinds.ts';" },
    'the cli loads kube when a command needs it': {
      file: 'operator/src/cli/planted.ts',
      text: "export const load = () => import('../kube/client.ts');",
    },
    'cmd imports everything': {
      file: 'operator/src/cmd/planted.ts',
      text: "import '../kube/client.ts'; import '../controllers/pipeline-controller.ts'; import '../cli/main.ts';",
    },
    'a test of core may use node and builders': {
      file: 'operator/src/core/planted.test.ts',
      text: "import 'node:crypto'; import '../testing/manual-clock.ts'; await Promise.resolve();",
    },
    'core makes a date from a value': {
      file: 'operator/src/core/planted.ts',
      text: 'export const at = (ms: number) => new Date(ms);',
    },
  };
  it.each(Object.entries(allowed))('%s', async (_, { file, text }) => {
    expect(await complaints(file, text)).toEqual([]);
  });
});
