import { dump } from 'js-yaml';
import { type ImageNames, withImages } from './image-names.ts';
import { FollowedWorkItem, type ShownTransition, type ShownWorkItem } from './follow-work-item.ts';
import { type Deciders, type Deciding, letDecide, showRefusal } from './let-people-decide.ts';
import { showDeliberation } from './show-deliberation.ts';
import { kubectlIn, type StoryTelling } from './story-telling.ts';

const folder = 'config/samples/ship-feature';
const workItemName = 'free-delivery';

/** A server of a model to ask instead of the stand-in. */
export interface ModelServer {
  /** Base URL of its OpenAI-compatible API, as pods reach it. */
  readonly url: string;
  /** Name that requests ask for. */
  readonly name: string;
}

/** What the story is told with. */
export interface StoryOptions {
  readonly model: ModelServer | undefined;
  readonly deciders: Deciders;
  readonly images: ImageNames;
}

/** A story about a service, from a sentence to production: agents plan, develop and choose, people decide, and it runs. */
export async function shipFeature(telling: StoryTelling, { model, deciders, images }: StoryOptions): Promise<void> {
  const { namespace, say } = telling;
  const kubectl = kubectlIn(telling);
  say(`\nThe team ships a feature of a small service. All of it stands in ${folder}/.`);
  say(`The agents ask ${model === undefined ? 'a stand-in for a model, whose answers are written down' : model.url}.`);
  await prepare(telling, { model, images });
  await kubectl(['apply', '-f', `${folder}/story.yaml`]);
  say(`\n$ kubectl -n ${namespace} apply -f ${folder}/story.yaml\n`);
  const followed = new FollowedWorkItem(workItemName, telling);
  const proposed = await followed.until(({ status }) => status?.lifecycle?.state === 'ReviewPending' && asks(status));
  await tellOfProposal(telling, proposed);
  await review(telling, followed, deciders);
  await approveProduction(telling, followed, deciders);
  const done = await followed.until(({ status }) => status?.finishedAt !== undefined);
  await tellOfEnd(telling, done);
}

const asks = (status: NonNullable<ShownWorkItem['status']>) =>
  status.waitingFor?.some(({ kind }) => kind === 'decision') ?? false;

/** The namespace begins anew: the repository of the service, too. */
async function prepare(
  telling: StoryTelling,
  { model, images }: Pick<StoryOptions, 'model' | 'images'>,
): Promise<void> {
  const { kubectl: anywhere, namespace } = telling;
  const kubectl = kubectlIn(telling);
  await anywhere(['delete', 'namespace', namespace, '--ignore-not-found', '--wait']);
  await anywhere(['create', 'namespace', namespace]);
  const manifests = withImages(await anywhere(['kustomize', folder]), images);
  await kubectl(['apply', '-f', '-'], { input: manifests });
  if (model !== undefined) {
    const spec = { modelName: model.name, endpoint: { url: model.url } };
    await kubectl(['patch', 'model', 'coder', '--type=merge', '--patch', JSON.stringify({ spec })]);
  }
  await kubectl(['wait', '--for=condition=Available', '--timeout=180s', 'deployment', '--all']);
  await kubectl(['wait', '--for=condition=Ready', '--timeout=120s', 'model/coder', 'council/developers']);
  await kubectl(['wait', '--for=condition=Valid', '--timeout=60s', 'pipeline/ship-feature']);
}

async function tellOfProposal(telling: StoryTelling, workItem: ShownWorkItem): Promise<void> {
  const { say } = telling;
  const outputs = (step: string) => outputsOf(workItem, step);
  say(`\nThe plan:\n${indented(dump(outputs('plan')))}`);
  say(`The tests of the three changes, each in a pod of its own:\n${indented(dump(outputs('test_each')['results']))}`);
  say('The council, of the three who wrote them:');
  await showDeliberation(telling, workItem, 'choose');
  say(`\nWhat is proposed:\n${indented(String(outputs('propose')['diff']))}`);
}

const outputsOf = ({ status }: ShownWorkItem, step: string): Readonly<Record<string, unknown>> =>
  status?.steps?.find(({ path }) => path === step)?.outputs ?? {};

const indented = (text: string) => text.trimEnd().replaceAll(/^/gm, '  ');

const took = (action: string) => (workItem: ShownWorkItem) =>
  workItem.status?.transitions?.some((transition) => transition.action === action) ?? false;

async function review(telling: StoryTelling, followed: FollowedWorkItem, by: Deciders): Promise<void> {
  telling.say('\nIt waits for somebody who reviews it. Mallory may annotate WorkItems, and has no role to decide in:');
  const approval = { kind: 'action', slot: 'approve.review', words: 'reads well' } as const;
  await showRefusal(telling, await followed.until(() => true), { ...approval, user: 'mallory' });
  telling.say('\nRob may:');
  const decisions = [{ ...approval, user: 'rob', isSeen: took('approve') }];
  await letDecide(telling, followed, { by, decisions });
}

async function approveProduction(telling: StoryTelling, followed: FollowedWorkItem, by: Deciders): Promise<void> {
  const isAsked = ({ status }: ShownWorkItem) =>
    status?.gates?.some(({ name, state }) => name === 'deploy' && state === 'Open') ?? false;
  await followed.until(isAsked);
  telling.say('\nProduction takes two people, of different roles, at the gate `deploy`:');
  const decision = (user: string, role: string, words: string): Deciding => ({
    ...{ kind: 'approval', slot: `deploy.${role}`, user, words },
    isSeen: ({ status }) =>
      status?.gates?.some(({ decisions = [] }) => decisions.some((made) => made.user === user)) ?? false,
  });
  const decisions = [decision('nina', 'review', 'as tested'), decision('sam', 'safety', 'easy to take back')];
  await letDecide(telling, followed, { by, decisions });
  telling.say('');
}

function describeTransition({ action, from = '', to = '', actor, message }: ShownTransition): readonly string[] {
  if (action === undefined) return [];
  return [`  ${from} –${action}→ ${to} by ${actor.name}${message === undefined ? '' : `: ${message}`}`];
}

async function tellOfEnd(telling: StoryTelling, { status }: ShownWorkItem): Promise<void> {
  const { namespace, say } = telling;
  const { lifecycle, phase, message, transitions = [] } = status ?? {};
  if (lifecycle?.state !== 'Deployed') throw new Error(`${workItemName} ended ${phase ?? ''}: ${message ?? ''}`);
  say(
    `\n${lifecycle.state}: the deployment has rolled out, and the smoke test has asked it all of the story's examples.`,
  );
  say('How it came to that, as its status records it:');
  for (const line of transitions.flatMap(describeTransition)) say(line);
  say(`\n$ kubectl -n ${namespace} get workitems\n${await kubectlIn(telling)(['get', 'workitems'])}`);
}
