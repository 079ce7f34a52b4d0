import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Credentials, type CredentialsOptions } from './credentials.ts';
import { KubeconfigError, type Authentication, type LoadedKubeconfig } from './kubeconfig.ts';

let directory: string;
let file: string;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  directory = mkdtempSync(join(tmpdir(), 'credentials-'));
  file = join(directory, 'config');
  writeFileSync(file, '1');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true });
});

function anAuthentication(token: string, connectionKey = 'k'): Authentication {
  const server = new URL('https://example');
  return { server, headers: { authorization: token }, connect: { type: 'none' }, handedOut: undefined, connectionKey };
}

/** A kubeconfig whose answers the test writes; counts how often it is loaded and asked. */
class Source {
  loads = 0;
  asked = 0;
  answer: () => Authentication | Promise<Authentication> = () => anAuthentication('a');
  readonly load = (): Promise<LoadedKubeconfig> => {
    this.loads += 1;
    const authenticate = () => {
      this.asked += 1;
      return new Promise<Authentication>((resolve) => {
        resolve(this.answer());
      });
    };
    return Promise.resolve({ origin: 'kubeconfig x', files: [file], namespace: 'n', authenticate });
  };
}

function credentialsOf(source: Source, options: Partial<CredentialsOptions> = {}): Credentials {
  return new Credentials({ load: source.load, ...options });
}

describe('credentials', () => {
  it('are kept for ten seconds, then asked for anew; the same ones stay the same value', async () => {
    const source = new Source();
    const credentials = credentialsOf(source);
    const first = await credentials.current();
    await vi.advanceTimersByTimeAsync(9_999);
    expect([await credentials.current(), source.asked]).toEqual([first, 1]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await credentials.current()).toBe(first);
    expect([source.loads, source.asked, credentials.namespace]).toEqual([1, 2, 'n']);
    source.answer = () => anAuthentication('b');
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await credentials.current()).headers).toEqual({ authorization: 'b' });
  });

  it('are asked for once however many requests wait', async () => {
    const source = new Source();
    const credentials = credentialsOf(source);
    await Promise.all([credentials.current(), credentials.current(), credentials.current()]);
    expect(source.asked).toBe(1);
  });

  it('load the kubeconfig again when its file changed, and only then', async () => {
    const source = new Source();
    const credentials = credentialsOf(source);
    for (const expected of [1, 1, 2]) {
      if (expected === 2) utimesSync(file, 1, 1);
      await credentials.current();
      expect(source.loads).toBe(expected);
      await vi.advanceTimersByTimeAsync(10_000);
    }
  });

  it('load it once more when it changed while it was read', async () => {
    const source = new Source();
    const { load } = source;
    const credentials = new Credentials({
      load: async () => {
        const loaded = await load();
        if (source.loads === 2) writeFileSync(file, 'rotated meanwhile');
        return loaded;
      },
    });
    for (const expected of [1, 2, 3, 3]) {
      if (expected === 2) utimesSync(file, 1, 1);
      await credentials.current();
      expect(source.loads).toBe(expected);
      await vi.advanceTimersByTimeAsync(10_000);
    }
  });

  it('stay in use when they cannot be read anew, and the problem is told', async () => {
    const source = new Source();
    const problems: string[] = [];
    const credentials = credentialsOf(source, { onProblem: ({ message }) => problems.push(message) });
    const first = await credentials.current();
    source.answer = () => {
      throw new Error('key being rotated');
    };
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await credentials.current()).toBe(first);
    expect(problems).toEqual(['kubeconfig x: key being rotated']);
  });

  it('that never were any are an error that says where', async () => {
    const source = new Source();
    source.answer = () => {
      throw new Error('no such command: login');
    };
    await expect(credentialsOf(source).current()).rejects.toThrow('kubeconfig x: no such command: login');
  });

  it('do not wait for ever for a plugin that hangs', async () => {
    const source = new Source();
    source.answer = () => new Promise<never>(() => undefined);
    const waiting = expect(credentialsOf(source, { timeoutMs: 5_000 }).current()).rejects.toThrow(KubeconfigError);
    await vi.advanceTimersByTimeAsync(5_000);
    await waiting;
  });

  it('are read anew from disk when the server refuses them, once for all who were refused', async () => {
    const source = new Source();
    const credentials = credentialsOf(source);
    const first = await credentials.current();
    source.answer = () => anAuthentication('b');
    const renewed = await Promise.all([credentials.renew(first), credentials.renew(first)]);
    expect(renewed.map((one) => one?.headers)).toEqual([{ authorization: 'b' }, { authorization: 'b' }]);
    expect([source.loads, source.asked]).toEqual([2, 2]);
    expect(await credentials.renew(first)).toBe(await credentials.current());
  });

  it('that are refused and cannot be renewed start the plugin once a second at most', async () => {
    const source = new Source();
    const credentials = credentialsOf(source);
    const first = await credentials.current();
    for (const expected of [2, 2]) {
      expect([await credentials.renew(first), source.asked]).toEqual([undefined, expected]);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect([await credentials.renew(first), source.asked]).toEqual([undefined, 3]);
  });

  it('are looked at again soon after a connection could not be made', async () => {
    const source = new Source();
    const credentials = credentialsOf(source);
    await credentials.current();
    source.answer = () => anAuthentication('a', 'other');
    credentials.suspect();
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await credentials.current()).connectionKey).toBe('other');
  });
});
