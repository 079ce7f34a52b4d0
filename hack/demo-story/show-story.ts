import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../cluster/paths.ts';
import { fetchArtifact } from '../operator-process/fetch-artifact.ts';
import { followWorkItem, type StoryTelling } from './follow-work-item.ts';

const story = { file: 'config/samples/late-deliveries.yaml', workItem: 'late-deliveries-october' } as const;

/** Runs the main story anew; its report ends up in a file. */
export async function showStory(instance: string, telling: StoryTelling): Promise<void> {
  const { kubectl, namespace, say } = telling;
  const inNamespace = (...args: readonly string[]) => kubectl(['-n', namespace, ...args]);
  say(`\nA run with real pods: which orders came late, and who waited? All of it stands in ${story.file}.\n`);
  await inNamespace('delete', 'workitem', story.workItem, '--ignore-not-found');
  await inNamespace('apply', '-f', story.file);
  const { metadata, status = {} } = await followWorkItem(story.workItem, telling);
  say(`\n$ kubectl -n ${namespace} get workitems\n${await inNamespace('get', 'workitems')}`);
  const events = ['get', 'events', '--field-selector', `involvedObject.name=${story.workItem}`];
  say(`$ kubectl -n ${namespace} ${events.join(' ')}\n${await inNamespace(...events)}`);
  const { outputs = {} } = status;
  say(`its outputs: ${JSON.stringify(outputs)}`);
  if (typeof outputs.report !== 'string') throw new Error(`${story.workItem} gave no report`);
  const wanted = { digest: outputs.report, namespace, workItemUid: metadata.uid };
  mkdirSync(join(repositoryRoot, '.cache/demo'), { recursive: true });
  const file = join(repositoryRoot, '.cache/demo/late-deliveries.pdf');
  writeFileSync(file, await fetchArtifact({ instance, kubectl }, wanted));
  say(`its report: ${file}`);
}
