import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kubectl } from './kubectl.ts';

/** Who the operator is in every cluster. */
export const operatorAccount = { namespace: 'conclave-system', name: 'conclave-operator' } as const;

/** How long its token is valid outside the cluster; it is renewed at half of it. */
const tokenSeconds = 3600;

interface KubeconfigView {
  readonly clusters: readonly { readonly cluster: Readonly<Record<string, unknown>> }[];
}

/**
 * Writes a kubeconfig with which a process outside the cluster is the operator's service account, with its rights and no
 * others, and keeps its token fresh until `stop` is called.
 */
export async function writeOperatorKubeconfig(
  kubectl: Kubectl,
  folder: string,
): Promise<{ readonly file: string; readonly tokenFile: string; readonly stop: () => void }> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'operator.kubeconfig');
  const tokenFile = join(folder, 'operator.token');
  const view = JSON.parse(
    await kubectl(['config', 'view', '--raw', '--minify', '--flatten', '-o', 'json']),
  ) as KubeconfigView;
  await renewToken(kubectl, tokenFile);
  replaceFile(file, JSON.stringify(renderKubeconfig(view, tokenFile), undefined, 2));
  const timer = setInterval(
    () => {
      renewToken(kubectl, tokenFile).catch((error: unknown) => {
        process.stderr.write(`the operator's token could not be renewed: ${String(error)}\n`);
      });
    },
    (tokenSeconds / 2) * 1000,
  );
  return { file, tokenFile, stop: () => clearInterval(timer) };
}

async function renewToken(kubectl: Kubectl, tokenFile: string): Promise<void> {
  const { namespace, name } = operatorAccount;
  const token = await kubectl(['-n', namespace, 'create', 'token', name, `--duration=${tokenSeconds}s`]);
  replaceFile(tokenFile, token.trim());
}

function renderKubeconfig({ clusters }: KubeconfigView, tokenFile: string) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster: clusters[0]?.cluster }],
    users: [{ name: operatorAccount.name, user: { tokenFile } }],
    contexts: [{ name: 'operator', context: { cluster: 'cluster', user: operatorAccount.name } }],
    'current-context': 'operator',
  };
}

/** In one step: the operator reads these files while they are renewed. */
function replaceFile(file: string, content: string): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
