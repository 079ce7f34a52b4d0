/** The command line where people meet it: completed by real shells, and called and completed by kubectl itself. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { anyKubectl } from '../../hack/cluster/kubectl.ts';
import { findProgram } from '../../hack/cluster/prerequisites.ts';
import { CliWorld } from './cli-world.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-shells-'));

let world: CliWorld;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  world = await CliWorld.start();
  await world.add('vera', { verbs: [], clusterRoles: ['conclave-viewer', 'view'] });
  const code = { source: 'inline', content: 'def execute(inputs): return {}' };
  await world.work.addPipeline('notes', { steps: [{ name: 'only', type: 'custom_code', runtime: 'python3', code }] });
  await world.work.add('note-7', { pipelineRef: { name: 'notes' } });
  await putOnPath();
  environment = {
    ...{ HOME: folder, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`, TERM: 'dumb', LC_ALL: 'C.UTF-8' },
    ...{ KUBECONFIG: world.kubeconfigOf('vera'), NS: world.namespace },
  };
});

afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true });
});

/** The programs under the names that they are installed by. */
async function putOnPath(): Promise<void> {
  const program = (name: string) => fileURLToPath(new URL(`../src/cmd/${name}`, import.meta.url));
  addProgram('conclave', `'${process.execPath}' '${program('cli.ts')}'`);
  addProgram('kubectl-conclave', `'${process.execPath}' '${program('cli.ts')}'`);
  addProgram('kubectl_complete-conclave', `'${process.execPath}' '${program('complete.ts')}'`);
  const { file, args } = await anyKubectl(() => undefined);
  const [, ...words] = args;
  addProgram('kubectl', `-a kubectl '${file}' ${words.join(' ')}`);
}

const addProgram = (name: string, command: string): void =>
  writeFileSync(join(folder, name), `#!/bin/bash\nexec ${command} "$@"\n`, { mode: 0o755 });

/** What a program prints, to standard output alone. */
async function run(program: string, ...args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'ignore'] });
  return text(child.stdout);
}

/** Types into an interactive shell that says `ready>` when it is, and gives all that it showed until it ended. */
async function typeInto(shell: string, keys: string): Promise<string> {
  const terminal = spawn('script', ['--quiet', '--return', '--command', shell, '/dev/null'], { env: environment });
  let shown = '';
  let isTyped = false;
  for await (const piece of terminal.stdout) {
    shown += String(piece);
    if (isTyped || !shown.includes('ready>')) continue;
    isTyped = true;
    terminal.stdin.write(keys);
  }
  return shown;
}

/** Lines that were typed up to the cursor, and what they become by one press of the tabulator key. */
const typed: readonly (readonly [string, string])[] = [
  ['conclave vali', 'conclave validate '],
  ['conclave status -n $NS not', 'conclave status -n $NS note-7 '],
  ['conclave run -n $NS no', 'conclave run -n $NS notes '],
  ['conclave retry --kubec', 'conclave retry --kubeconfig '],
];
const inNamespace = (line: string) => line.replace('$NS', world.namespace);

/** `./hack/test` installs them where it may. */
const isThere = (shell: string): boolean => findProgram(shell) !== undefined;

describe.each((['bash', 'zsh'] as const).filter(isThere))('%s', (shell) => {
  /** What makes the key after the tabulator show the line as it stands then, and end the shell. */
  const startFiles = {
    bash: String.raw`PS1='ready>'
source <(conclave completion bash)
bind -x '"\C-t": printf "<%s>\n" "$READLINE_LINE"; exit'
`,
    zsh: String.raw`PS1='ready>'
autoload -U compinit && compinit -u
source <(conclave completion zsh)
show() { print -r -- "<$BUFFER>"; exit }
zle -N show
bindkey '^T' show
`,
  };
  const commands = { bash: `bash --noprofile --rcfile ${folder}/.bashrc -i`, zsh: 'zsh -i' };

  test.each(typed)('makes %s into %s', async (line, whole) => {
    writeFileSync(join(folder, `.${shell}rc`), startFiles[shell]);
    const shown = await typeInto(commands[shell], `${inNamespace(line)}\t\u0014`);
    expect(shown).toContain(`<${inNamespace(whole)}>`);
  });
});

describe.runIf(isThere('fish'))('fish', () => {
  const complete = (line: string) =>
    run('fish', '--no-config', '-c', `conclave completion fish | source; complete --do-complete '${line}'`);

  test.each(typed)('makes %s into %s', async (line, whole) => {
    const last = (words: string) => words.trimEnd().split(' ').at(-1);
    expect((await complete(inNamespace(line))).split('\n').map((row) => row.split('\t')[0])).toContain(last(whole));
  });

  test('tells what commands are for', async () => {
    expect(await complete('conclave pau')).toMatch(/^pause\t\w+/);
  });
});

describe('kubectl', () => {
  test('knows the plugin, and calls it', async () => {
    expect(await run('kubectl', 'plugin', 'list')).toContain('kubectl-conclave');
    expect(await run('kubectl', 'conclave', 'list', '-n', world.namespace, '-o', 'name')).toBe(
      'workitem.conclave.dev/note-7\n',
    );
  });

  test('completes it', async () => {
    const found = await run('kubectl', '__complete', 'conclave', 'status', '-n', world.namespace, '');
    expect(found.split('\n')).toContain('note-7');
  });
});
