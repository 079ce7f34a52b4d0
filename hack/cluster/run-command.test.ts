import { describe, expect, it } from 'vitest';
import { runCommand, tryCommand } from './run-command.ts';

describe('tryCommand', () => {
  it('answers with status and both outputs', async () => {
    const result = await tryCommand('sh', ['-c', 'echo out; echo err >&2; exit 3']);
    expect(result).toEqual({ status: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('answers with 127 when there is no such program', async () => {
    expect(await tryCommand('no-such-program', [])).toMatchObject({ status: 127 });
  });

  it('gives input, also to a program that does not read it', async () => {
    expect((await tryCommand('cat', [], { input: 'text' })).stdout).toBe('text');
    expect((await tryCommand('true', [], { input: 'x'.repeat(1_000_000) })).status).toBe(0);
  });

  it('hands over whole lines of standard error while the program runs', async () => {
    const lines: string[] = [];
    const script = 'printf "one\\ntw" >&2; sleep 0.05; printf "o\\nthree\\n" >&2';
    await tryCommand('sh', ['-c', script], { onErrorLine: (line) => lines.push(line) });
    expect(lines).toEqual(['one', 'two', 'three']);
  });

  it('kills what takes too long', async () => {
    const start = performance.now();
    const { status, stderr } = await tryCommand('sleep', ['10'], { timeoutMs: 50 });
    expect(status).not.toBe(0);
    expect(stderr).toContain('killed by SIGKILL');
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe('runCommand', () => {
  it('fails with the command, its status and what it said last', async () => {
    await expect(runCommand('sh', ['-c', 'echo because >&2; exit 4'])).rejects.toThrow(
      /sh -c .* ended with 4: because/s,
    );
  });
});
