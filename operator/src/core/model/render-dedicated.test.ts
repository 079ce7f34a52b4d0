import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { modelManifests, podSpecsOf } from '../../testing/model-manifests.ts';
import { serverName, serverUrl } from './server-names.ts';

const golden = (name: string) => new URL(`golden/${name}.yaml`, import.meta.url).pathname;

describe('what is made for a Model', () => {
  it.each(Object.entries(modelManifests))('is as written down: %s', async (name, objects) => {
    const text = objects
      .map((object) => stringify(object, { lineWidth: 0, singleQuote: true, aliasDuplicateObjects: false }))
      .join('---\n');
    await expect(text).toMatchFileSnapshot(golden(name));
  });

  it.each(Object.entries(modelManifests))(
    'has volumes for all that it mounts, and mounts all of them: %s',
    (_, objects) => {
      for (const pod of objects.flatMap(podSpecsOf) as readonly Pod[]) {
        const mounted = [...(pod.initContainers ?? []), ...pod.containers].flatMap(({ volumeMounts }) => volumeMounts);
        expect(new Set(mounted.map(({ name }) => name))).toEqual(new Set(pod.volumes.map(({ name }) => name)));
      }
    },
  );
});

interface Named {
  readonly name: string;
}
interface Pod {
  readonly volumes: readonly Named[];
  readonly containers: readonly { readonly volumeMounts: readonly Named[] }[];
  readonly initContainers?: readonly { readonly volumeMounts: readonly Named[] }[];
}

describe('the name of what serves a Model', () => {
  it.each([
    ['large', 'model-large'],
    ['llama-3.1-8b', expect.stringMatching(/^model-llama-3-1-8b-[0-9a-f]{16}$/) as string],
    ['x'.repeat(200), expect.stringMatching(/^model-x{23}-[0-9a-f]{16}$/) as string],
  ])('of %s can be that of a Service', (model, name) => {
    expect(serverName(model)).toEqual(name);
    expect(serverName(model).length).toBeLessThanOrEqual(63);
  });

  it('is that of no other', () => {
    expect(serverName('a.b')).not.toBe(serverName('a-b'));
    expect(serverUrl('large', 'ns')).toBe('http://model-large.ns.svc:8000/v1');
  });
});
