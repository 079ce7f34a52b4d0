import type { WorkItem } from '../../api/work-item.ts';
import type { Account, ClusterKind } from '../cluster/account.ts';
import { councils, pipelines, workItems } from '../cluster/kinds.ts';
import type { NamedThing } from './complete.ts';

const namespaces: ClusterKind = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};
const kindOf = { 'work-item': workItems, pipeline: pipelines, council: councils, namespace: namespaces } as const;
/** A shell waits while it completes. */
const patienceMs = 2_000;
const mostNames = 500;

/** Names of objects of the cluster that the command line means. What the cluster objects to, or is late with, has none. */
export async function namesInCluster(
  what: NamedThing,
  words: readonly string[],
  version: string,
): Promise<readonly string[]> {
  const { openAccount } = await import('../../kube/account.ts');
  const given = (...flags: readonly string[]) => words[words.findIndex((word) => flags.includes(word)) + 1];
  const isGiven = (flag: string) => words.includes(flag);
  try {
    const account = await openAccount({
      ...{ version, kubeconfig: isGiven('--kubeconfig') ? given('--kubeconfig') : undefined },
      context: isGiven('--context') ? given('--context') : undefined,
    });
    const namespace = isGiven('-n') || isGiven('--namespace') ? given('-n', '--namespace') : undefined;
    return await inTime(read(account, what, { namespace: namespace ?? account.namespace, words })).finally(() =>
      account.close(),
    );
  } catch {
    return [];
  }
}

interface Place {
  readonly namespace: string;
  readonly words: readonly string[];
}

async function read(account: Account, what: NamedThing, { namespace, words }: Place): Promise<readonly string[]> {
  if (what === 'step') return stepsOf(await account.client.get(workItems, { namespace, name: words[1] ?? '' }));
  const kind: ClusterKind = kindOf[what];
  const names: string[] = [];
  for await (const { metadata } of account.client.list(kind, kind.namespaced ? { namespace } : {})) {
    names.push(metadata.name);
    if (names.length === mostNames) break;
  }
  return names;
}

const stepsOf = ({ status }: WorkItem) => (status?.steps ?? []).map(({ path }) => path);

function inTime<T>(work: Promise<readonly T[]>): Promise<readonly T[]> {
  const late = new Promise<readonly T[]>((resolve) => setTimeout(resolve, patienceMs, []).unref());
  return Promise.race([work, late]);
}
