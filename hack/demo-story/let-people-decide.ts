import { shortDigest } from '../../operator/src/core/decision/may-decide.ts';
import type { FollowedWorkItem, ShownWorkItem } from './follow-work-item.ts';
import { kubectlIn, type StoryTelling } from './story-telling.ts';

/** A decision that somebody makes by an annotation. */
export interface Deciding {
  readonly user: string;
  /** Key of the annotation, without its prefix: `approval.conclave.dev/<slot>` at a gate, else `action.conclave.dev/<slot>`. */
  readonly slot: string;
  readonly kind: 'approval' | 'action';
  readonly words: string;
  /** Whether it was seen. */
  readonly isSeen: (workItem: ShownWorkItem) => boolean;
}

/** Who decides for the people of the story: the demo itself, or whoever looks at it. */
export type Deciders = 'demo' | 'reader';

/** Lets somebody decide who has no right to, and shows that the API server refuses it. */
export async function showRefusal(telling: StoryTelling, workItem: ShownWorkItem, deciding: Omit<Deciding, 'isSeen'>) {
  const command = commandOf(workItem, deciding);
  telling.say(`\n$ kubectl -n ${telling.namespace} ${quoted(command)}`);
  telling.say(await kubectlIn(telling)(command).then(() => neverRefused(deciding.user), refusalOf));
}

const neverRefused = (user: string): never => {
  throw new Error(`${user} was not refused`);
};

/** What the API server says, without how it was asked. */
const refusalOf = (error: unknown): string =>
  String(error)
    .replace(/^[^]*?(?=Error from server)/, '')
    .trim();

/** Lets each of some people decide, by the command that it takes; resolves when all is seen. */
export async function letDecide(
  telling: StoryTelling,
  followed: FollowedWorkItem,
  { by, decisions }: { readonly by: Deciders; readonly decisions: readonly Deciding[] },
): Promise<ShownWorkItem> {
  let workItem = await followed.until(() => true);
  if (by === 'reader') telling.say('\nNow it is your turn, in another terminal:');
  for (const deciding of decisions) {
    const command = commandOf(workItem, deciding);
    const { instance, namespace, say } = telling;
    if (by === 'reader') say(`  ./hack/kubectl --instance ${instance} -n ${namespace} ${quoted(command)}`);
    else {
      say(`\n$ kubectl -n ${namespace} ${quoted(command)}`);
      say((await kubectlIn(telling)(command)).trim());
    }
  }
  for (const { isSeen } of decisions) workItem = await followed.until(isSeen);
  return workItem;
}

function commandOf({ metadata, status }: ShownWorkItem, deciding: Omit<Deciding, 'isSeen'>): readonly string[] {
  const { kind, slot, user, words } = deciding;
  const [name = ''] = slot.split('.');
  const asked = kind === 'action' ? status?.lifecycle : status?.gates?.find((gate) => gate.name === name);
  const decision = kind === 'action' ? 'done' : 'approved';
  const value = `${decision} ${shortDigest(asked?.digest ?? '')}: ${words}`;
  return ['annotate', 'workitem', metadata.name, `${kind}.conclave.dev/${slot}=${value}`, '--as', user];
}

const quoted = (words: readonly string[]): string =>
  words.map((word) => (/^[\w./=:-]+$/.test(word) ? word : `'${word}'`)).join(' ');
