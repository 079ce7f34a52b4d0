import { setTimeout as sleep } from 'node:timers/promises';
import { shortDigest } from '../../operator/src/core/decision/may-decide.ts';
import { followWorkItem, type StoryTelling } from './follow-work-item.ts';

const story = {
  file: 'config/samples/approvals/release-note.yaml',
  workItem: 'release-note-7',
  gate: 'publish',
} as const;
const pollMs = 500;
const patienceMs = 180_000;

interface WaitingWorkItem {
  readonly status?: {
    readonly waitingFor?: readonly { readonly kind: string; readonly message: string; readonly digest?: string }[];
    readonly gates?: readonly { readonly decisions?: readonly object[] }[];
  };
}

/** A run that stops at its gate: somebody who may not is refused, somebody who may approves, and it goes on. */
export async function showApproval(telling: StoryTelling): Promise<void> {
  const { kubectl, namespace, say } = telling;
  const inNamespace = (...args: readonly string[]) => kubectl(['-n', namespace, ...args]);
  say(`\nA run that stops for people: a note is published once it is approved. All of it stands in ${story.file}.\n`);
  await inNamespace('delete', 'workitem', story.workItem, '--ignore-not-found');
  await inNamespace('apply', '-f', story.file);
  const { message, digest } = await waitAtGate(telling);
  say(`${story.workItem} ${message}`);
  const annotation = `approval.conclave.dev/${story.gate}.review=approved ${shortDigest(digest)}: reads well`;
  for (const user of ['mallory', 'rob']) {
    const command = ['annotate', 'workitem', story.workItem, annotation, '--as', user];
    say(`\n$ kubectl -n ${namespace} annotate workitem ${story.workItem} '${annotation}' --as ${user}`);
    say((await inNamespace(...command).catch(refusalOf)).trim());
  }
  say('');
  const { status } = (await followWorkItem(story.workItem, telling)) as WaitingWorkItem;
  say(`who decided: ${JSON.stringify(status?.gates?.[0]?.decisions ?? [])}`);
}

/** What the API server says, without how it was asked. */
const refusalOf = (error: unknown): string => String(error).replace(/^[^]*?(?=Error from server)/, '');

/** Resolves when people can decide, with what they are asked. */
async function waitAtGate({ kubectl, namespace }: StoryTelling) {
  const endsAt = Date.now() + patienceMs;
  while (Date.now() < endsAt) {
    const text = await kubectl(['-n', namespace, 'get', 'workitem', story.workItem, '-o', 'json']);
    const { status } = JSON.parse(text) as WaitingWorkItem;
    const asked = status?.waitingFor?.find(({ kind }) => kind === 'decision');
    if (asked?.digest !== undefined) return { message: asked.message, digest: asked.digest };
    await sleep(pollMs);
  }
  throw new Error(`${story.workItem} asks nobody after ${patienceMs / 1000} s`);
}
