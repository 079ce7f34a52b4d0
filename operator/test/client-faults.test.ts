/** The client through a proxy that does the worst: what it reports must be true of the real API server. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  AlreadyExists,
  ApiError,
  Conflict,
  Gone,
  ServerError,
  TooManyRequests,
  Unreachable,
} from '../src/kube/api-error.ts';
import type { KubeClient } from '../src/kube/client.ts';
import { connect } from '../src/kube/connect.ts';
import type { KubeObject, ResourceType } from '../src/kube/resource-type.ts';
import { FaultProxy } from '../src/testing/fault-proxy.ts';
import { withSeed } from '../src/testing/seeded-random.ts';
import { createTestNamespace, exists, testKubeconfig, type TestNamespace } from './test-cluster.ts';

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const configMaps: ResourceType<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

let past: TestNamespace;
let proxy: FaultProxy;
let client: KubeClient;
let count = 0;

beforeAll(async () => {
  past = await createTestNamespace('client-faults');
  proxy = await FaultProxy.start(testKubeconfig());
  ({ client } = await connect({ kubeconfig: proxy.kubeconfig, version: 'test' }));
});

afterEach(() => proxy.heal());

afterAll(async () => {
  await client.close();
  await proxy.close();
  await past.remove();
});

function aConfigMap(): ConfigMap {
  count += 1;
  const metadata = { namespace: past.namespace, name: `map-${count}` };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { count: String(count) } };
}

const isStored = ({ metadata }: ConfigMap): Promise<boolean> =>
  exists(past.client, configMaps, { namespace: past.namespace, name: metadata.name });

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a write whose answer is lost', () => {
  it.each([
    ['reset', { kind: 'loseAnswer', how: 'reset' }],
    ['silence', { kind: 'loseAnswer', how: 'silence' }],
    ['a cut in the middle of the answer', { kind: 'cut', afterBytes: 40 }],
    ['an answer that stops half way', { kind: 'halfOpen', afterBytes: 40 }],
  ] as const)('by %s may have taken effect, and says so; here it did', async (_, fault) => {
    const object = aConfigMap();
    proxy.inject({ fault });
    const error = await failureOf(client.create(configMaps, object, { timeoutMs: 300 }));
    expect(error).toBeInstanceOf(Unreachable);
    expect(error).toMatchObject({ mayHaveTakenEffect: true });
    expect(String(error)).toContain('the write may have taken effect: read the object before repeating it');
    // On a busy machine the server may still be about to write when the client has given up.
    await expect.poll(() => isStored(object), { timeout: 10_000 }).toBe(true);
    expect(await failureOf(client.create(configMaps, object))).toBeInstanceOf(AlreadyExists);
  });

  it('is never repeated by the client itself', async () => {
    const object = await client.create(configMaps, aConfigMap());
    const isPut = ({ method }: { method: string }): boolean => method === 'PUT';
    proxy.inject({ fault: { kind: 'loseAnswer', how: 'reset' }, when: isPut, times: 5 });
    const before = proxy.injected.length;
    const update = { ...object, data: { count: 'changed' } };
    expect(await failureOf(client.update(configMaps, update))).toMatchObject({ mayHaveTakenEffect: true });
    expect(proxy.injected.length - before).toBe(1);
    await proxy.heal();
    expect(await failureOf(client.update(configMaps, update))).toBeInstanceOf(Conflict);
  });
});

describe('a server that is away', () => {
  it('is Unreachable, and nothing was written', async () => {
    const object = aConfigMap();
    await proxy.leave();
    // Until it has noticed that its kept connections are gone, the client cannot know whether a write went out.
    expect(await failureOf(client.getText('/version'))).toBeInstanceOf(Unreachable);
    const error = await failureOf(client.create(configMaps, object));
    expect(error).toBeInstanceOf(Unreachable);
    expect(error).toMatchObject({ mayHaveTakenEffect: false });
    expect(await isStored(object)).toBe(false);
    await proxy.comeBack();
    await client.create(configMaps, object);
    expect(await isStored(object)).toBe(true);
  });
});

describe('a read', () => {
  it('survives one broken connection, and reports the second', async () => {
    const object = await client.create(configMaps, aConfigMap());
    const fault = { kind: 'cut', afterBytes: 10 } as const;
    proxy.inject({ fault });
    expect(await client.get(configMaps, object.metadata)).toEqual(object);
    proxy.inject({ fault, times: 2 });
    const error = await failureOf(client.get(configMaps, object.metadata));
    expect(error).toBeInstanceOf(Unreachable);
    expect(error).toMatchObject({ mayHaveTakenEffect: false });
  });

  it('ends in time when the server says nothing', async () => {
    proxy.inject({ fault: { kind: 'halfOpen', afterBytes: 0 } });
    const before = performance.now();
    const page = client.listPage(configMaps, { namespace: past.namespace, timeoutMs: 150 });
    expect(await failureOf(page)).toBeInstanceOf(Unreachable);
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it('is whole when it comes byte by byte', async () => {
    const object = await client.create(configMaps, { ...aConfigMap(), data: { text: 'ä🙂'.repeat(200) } });
    proxy.inject({ fault: { kind: 'trickle' } });
    expect(await client.get(configMaps, object.metadata)).toEqual(object);
  });
});

describe('an error that the server answers with', () => {
  it.each([
    [409, Conflict],
    [410, Gone],
    [429, TooManyRequests],
    [500, ServerError],
    [503, ServerError],
    [504, ServerError],
  ] as const)('is reported by its class: %i', async (status, errorClass) => {
    proxy.inject({ fault: { kind: 'answer', status } });
    const error = await failureOf(client.create(configMaps, aConfigMap()));
    expect(error).toBeInstanceOf(errorClass);
    expect(error).toMatchObject({ code: status });
  });

  it('carries the delay that the server asks for', async () => {
    proxy.inject({ fault: { kind: 'answer', status: 429, retryAfterSeconds: 7 } });
    const error = await failureOf(client.listPage(configMaps, { namespace: past.namespace }));
    expect(error).toMatchObject({ retryAfterMs: 7_000 });
    expect(String(error)).toContain('try again in 7 s');
  });
});

describe('a watch', () => {
  const open = async () => {
    const { namespace } = past;
    const { resourceVersion } = await client.listPage(configMaps, { namespace });
    return client.watch(configMaps, { namespace, resourceVersion });
  };
  const read = async (lines: AsyncIterable<string>): Promise<string[]> => {
    const all: string[] = [];
    for await (const line of lines) all.push(line);
    return all;
  };

  it('reports a cut as Unreachable, after the lines that came', async () => {
    proxy.inject({ fault: { kind: 'duplicateLine', line: 0 }, when: ({ isWatch }) => isWatch });
    const lines: string[] = [];
    const { lines: source } = await open();
    const readToTheCut = async (): Promise<void> => {
      for await (const line of source) if (lines.push(line) === 2) proxy.reset();
    };
    // The cut may come before the create has its own answer.
    const [failure] = await Promise.all([failureOf(readToTheCut()), past.client.create(configMaps, aConfigMap())]);
    expect(failure).toBeInstanceOf(Unreachable);
    expect(lines[0]).toBe(lines[1]);
  });

  it('that has gone silent can be closed, and leaves no connection behind', async () => {
    proxy.inject({ fault: { kind: 'halfOpen', afterBytes: 0 }, when: ({ isWatch }) => isWatch });
    const stream = await open();
    await past.client.create(configMaps, aConfigMap());
    const reading = read(stream.lines);
    const open_ = proxy.connections;
    stream.close();
    expect(await reading).toEqual([]);
    await expect.poll(() => proxy.connections).toBe(open_ - 1);
  });
});

describe('any writes through any faults', () => {
  /** What the client's report says of the object: there, not there, or unknown. */
  const claimOf = (error: unknown): 'there' | 'absent' | 'unknown' => {
    if (error === undefined) return 'there';
    if (error instanceof Unreachable) return error.mayHaveTakenEffect ? 'unknown' : 'absent';
    if (error instanceof ServerError) return 'unknown';
    if (error instanceof ApiError) return 'absent';
    throw new Error('the client threw what is no ApiError', { cause: error });
  };

  it('are reported truly: what it says was written is there, what it says was not is not', async () => {
    await withSeed(async (seed) => {
      proxy.misbehave({ seed, rate: 0.7 });
      const claims = new Map<'there' | 'absent' | 'unknown', number>();
      const writeOne = async (): Promise<void> => {
        const object = aConfigMap();
        const claim = claimOf(await failureOf(client.create(configMaps, object, { timeoutMs: 250 })));
        claims.set(claim, (claims.get(claim) ?? 0) + 1);
        if (claim !== 'unknown') expect(`${claim}: ${await isStored(object)}`).toBe(`${claim}: ${claim === 'there'}`);
      };
      for (let round = 0; round < 20; round += 1) {
        if (round % 5 === 4) await proxy.leave();
        await Promise.all(Array.from({ length: 15 }, writeOne));
        await proxy.comeBack();
      }
      expect([...claims.keys()].sort()).toEqual(['absent', 'there', 'unknown']);
    });
  }, 60_000);
});
