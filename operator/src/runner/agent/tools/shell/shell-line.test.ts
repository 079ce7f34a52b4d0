import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ScriptedShell, type ShellScript } from '../../../../testing/scripted-shell.ts';
import { ShellLine, type ShellPatience } from './shell-line.ts';
import { shellFunctions } from './shell-tool.ts';

const { signal } = new AbortController();
const request = { command: 'true', timeoutMs: 0, maxBytes: 100 };
const patient: ShellPatience = { comingMs: 60_000, answerMs: 60_000, settlingMs: 60_000 };

async function aLine(script: ShellScript | undefined, patience: ShellPatience = patient) {
  const folder = await mkdtemp(join(tmpdir(), 'conclave-shell-'));
  const path = join(folder, 'socket');
  const line = await ShellLine.open(path, patience);
  const shell = script && ScriptedShell.start(path, script);
  onTestFinished(async () => {
    shell?.stop();
    line.close();
    await rm(folder, { recursive: true });
  });
  return { line, shell, path };
}

const answer = (output: string, exitCode?: number) => ScriptedShell.answer(output, exitCode);

describe('the line to a shell', () => {
  it('brings each request to it, and its answer back', async () => {
    const { line, shell } = await aLine(({ command }) => answer(`did ${command as string}`, 3));
    for (const command of ['one', 'two'])
      expect(await line.ask({ ...request, command }, signal)).toEqual({
        ...{ exitCode: 3, signal: null, isTimedOut: false },
        output: `did ${command}`,
      });
    expect(shell?.asked).toEqual([
      { ...request, command: 'one' },
      { ...request, command: 'two' },
    ]);
  });

  it.each([
    ['what is no JSON', '{"exitCode":'],
    ['something else', '{"output":"x"}'],
    ['an answer of another form', '{"exitCode":"0","signal":null,"isTimedOut":false,"output":""}'],
    ['more than was asked for', answer('x'.repeat(10_000))],
  ])('takes %s for no answer, and asks again at the next call', async (_, wrong) => {
    let count = 0;
    const { line } = await aLine(() => (++count === 1 ? wrong : answer('right')));
    await expect(line.ask(request, signal)).rejects.toThrow('ToolUnavailable: the shell ended');
    expect(await line.ask(request, signal)).toMatchObject({ output: 'right' });
  });

  it('gives up on a shell that does not answer, and asks again at the next call', async () => {
    let count = 0;
    const script = () => (++count === 1 ? undefined : answer('right'));
    const { line } = await aLine(script, { comingMs: 60_000, answerMs: 500, settlingMs: 60_000 });
    await expect(line.ask(request, signal)).rejects.toThrow('ToolUnavailable: the shell did not answer');
    expect(await line.ask({ ...request, timeoutMs: 60_000 }, signal)).toMatchObject({ output: 'right' });
  });

  it('waits for a shell that is not there yet, no longer than it may', async () => {
    const { line, path } = await aLine(undefined);
    const asked = line.ask(request, signal);
    const shell = ScriptedShell.start(path, () => answer('late'));
    onTestFinished(() => shell.stop());
    expect(await asked).toMatchObject({ output: 'late' });
    const { line: other } = await aLine(undefined, { comingMs: 50, answerMs: 60_000, settlingMs: 60_000 });
    await expect(other.ask(request, signal)).rejects.toThrow('ToolUnavailable: the shell is not there now');
  });

  it('is over when the work is, while it waits for a shell and for an answer', async () => {
    for (const script of [undefined, () => undefined]) {
      const { line } = await aLine(script);
      const work = new AbortController();
      setTimeout(() => work.abort(new Error('the work is over')), 200);
      await expect(line.ask(request, work.signal)).rejects.toThrow('the work is over');
    }
  });

  it('is quiet when nothing runs, as far as the shell has said so or has come again', async () => {
    let count = 0;
    const script = () => (++count === 1 ? undefined : answer('right'));
    const { line, shell } = await aLine(script, { comingMs: 60_000, answerMs: 500, settlingMs: 100 });
    expect(line.isQuiet()).toBe(true);
    const asked = line.ask(request, signal);
    await expect.poll(() => shell?.asked.length).toBe(1);
    expect(line.isQuiet()).toBe(false);
    shell?.stop();
    await expect(asked).rejects.toThrow('ToolUnavailable');
    expect(line.isQuiet()).toBe(false);
  });

  it('sends away whoever comes while the shell is there', async () => {
    const { line, path } = await aLine(() => answer('mine'));
    await line.ask(request, signal);
    const other = connect(path);
    await new Promise((resolve) => other.once('close', resolve));
    expect(await line.ask(request, signal)).toMatchObject({ output: 'mine' });
  });
});

describe('the tool `shell`', () => {
  const told = async (script: ShellScript, given: { readonly timeoutSeconds?: number } = {}) => {
    const { line, shell } = await aLine(script);
    const surroundings = { workspace: '/nowhere', access: { name: 'shell' }, signal };
    const text = shellFunctions(line)[0]!.run({ command: 'make', ...given }, surroundings);
    return { text: await text, asked: shell?.asked };
  };

  it('says how long a command may take', async () => {
    expect((await told(() => answer(''))).asked).toEqual([{ command: 'make', timeoutMs: 120_000, maxBytes: 28_000 }]);
    expect((await told(() => answer(''), { timeoutSeconds: 7 })).asked).toMatchObject([{ timeoutMs: 7000 }]);
  });

  it.each([
    [{ exitCode: 2, signal: null, isTimedOut: false, output: 'x' }, '[exit code 2]\nx'],
    [{ exitCode: null, signal: 'SIGSEGV', isTimedOut: false, output: 'x' }, '[ended by SIGSEGV]\nx'],
    [{ exitCode: null, signal: null, isTimedOut: true, output: 'x' }, '[it took longer than 120 s and was ended]\nx'],
  ])('says how it ended: %j', async (ended, expected) => {
    expect((await told(() => JSON.stringify(ended))).text).toBe(expected);
  });

  it('says why a command was not begun', async () => {
    const refusal = 'this node cannot confine a command (seccomp): no';
    await expect(told(() => JSON.stringify({ refusal }))).rejects.toThrow(`ToolUnavailable: ${refusal}.`);
  });
});
