import { expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { SimulatedApiServer } from '../testing/simulated-api-server.ts';
import { Account } from './account.ts';
import type { KubeClient } from './client.ts';
import type { Selection } from './list-watch.ts';
import type { ResourceType } from './resource-type.ts';

const things: ResourceType = { group: 'test.dev', version: 'v1', kind: 'Thing', plural: 'things', namespaced: true };

/** What is followed at first, and what the server was asked for. */
async function follow(selection: Selection) {
  const server = new SimulatedApiServer(systemClock);
  server.write('a');
  const asked: Selection[] = [];
  const note = ({ namespace, labelSelector }: Selection) => {
    asked.push({
      ...(namespace !== undefined && { namespace }),
      ...(labelSelector !== undefined && { labelSelector }),
    });
  };
  const client: Pick<KubeClient, 'listPage' | 'watch'> = {
    listPage: (type, options) => (note(options), server.listPage(type, options)),
    watch: (type, options) => (note(options), server.watch(type, options)),
  };
  const following = new Account(client as unknown as KubeClient, 'ns').follow(things, selection);
  const { value } = await following.next();
  await following.return(undefined);
  return { names: (value as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name), asked };
}

it.each<[string, Selection]>([
  ['a namespace', { namespace: 'ns', labelSelector: 'a=b' }],
  ['all namespaces', { labelSelector: 'a=b' }],
])('an account follows what is selected in %s, and asks for nothing else', async (_, selection) => {
  const { names, asked } = await follow(selection);
  expect(names).toEqual(['a']);
  for (const each of asked) expect(each).toEqual(selection);
});
