import { runnerResult } from '../../operator/src/api/runner-result.ts';
import { fetchArtifact } from '../operator-process/fetch-artifact.ts';
import { describeDeliberation } from './describe-deliberation.ts';
import { followWorkItem, type ShownWorkItem, type StoryTelling } from './follow-work-item.ts';

const folder = 'config/samples/agents';
const workItemName = 'incident-4711';

/** A server of a model to ask instead of the stand-in. */
export interface ModelServer {
  /** Base URL of its OpenAI-compatible API, as pods reach it. */
  readonly url: string;
  /** Name that requests ask for. */
  readonly name: string;
}

/** Lets agents resolve an incident anew: what the council proposed, how it scored, and what came of it. */
export async function showCouncil(
  instance: string,
  { model, ...telling }: StoryTelling & { readonly model: ModelServer | undefined },
): Promise<void> {
  const { kubectl, namespace, say } = telling;
  const inNamespace = (...args: readonly string[]) => kubectl(['-n', namespace, ...args]);
  const who = model === undefined ? 'a stand-in for a model, whose answers are written down' : model.url;
  say(
    `\nAgents resolve an incident: a flow sums it up, a council of three decides, an agent writes the runbook. They ask`,
  );
  say(`${who}. All of it stands in ${folder}/.\n`);
  await inNamespace('delete', 'workitem', workItemName, '--ignore-not-found');
  if (model === undefined) await inNamespace('apply', '-f', `${folder}/model-sim.yaml`);
  await inNamespace('apply', '-f', `${folder}/incident.yaml`);
  if (model !== undefined) {
    const spec = { modelName: model.name, endpoint: { url: model.url } };
    await inNamespace('patch', 'model', 'assistant', '--type=merge', '--patch', JSON.stringify({ spec }));
  }
  await inNamespace('wait', '--for=condition=Ready', '--timeout=120s', 'model/assistant', 'council/responders');
  await inNamespace('apply', '-f', `${folder}/incident-run.yaml`);
  const workItem = await followWorkItem(workItemName, telling);
  await showDeliberation(instance, workItem, telling);
  say(`\n$ kubectl -n ${namespace} get councils -o wide\n${await inNamespace('get', 'councils', '-o', 'wide')}`);
  say(`its outputs: ${JSON.stringify(workItem.status?.outputs ?? {})}`);
}

async function showDeliberation(
  instance: string,
  { metadata, status = {} }: ShownWorkItem,
  { kubectl, namespace, say }: StoryTelling,
): Promise<void> {
  const attempt = status.steps?.find(({ path }) => path === 'decide')?.attempts?.at(-1);
  if (attempt?.resultDigest === undefined) throw new Error(`${metadata.name} tells of no deliberation`);
  const wanted = { digest: attempt.resultDigest, namespace, workItemUid: metadata.uid };
  const { deliberation } = runnerResult.parse(JSON.parse(String(await fetchArtifact({ instance, kubectl }, wanted))));
  if (deliberation === undefined) throw new Error(`${metadata.name}: nobody proposed anything`);
  say('\nThe council:');
  for (const line of describeDeliberation(deliberation)) say(line);
}
