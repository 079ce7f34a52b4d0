import { describe, expect, it } from 'vitest';
import { publishConfigMap } from './publish-config-map.ts';

describe('publishConfigMap', () => {
  it('applies the values by force, so that nobody else keeps others under the same keys', async () => {
    const calls: unknown[] = [];
    const apply = (...call: readonly unknown[]) => {
      calls.push(call.slice(1));
      return Promise.resolve({} as never);
    };
    await publishConfigMap({ apply }, { namespace: 'n', name: 'a' }, { 'ca.crt': 'PEM' });
    const metadata = { namespace: 'n', name: 'a' };
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crt': 'PEM' } };
    expect(calls).toEqual([[configMap, { force: true }]]);
  });
});
