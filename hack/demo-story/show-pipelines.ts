import type { Kubectl } from '../operator-process/kubectl.ts';

interface ShownPipeline {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason: string;
    }[];
    readonly errors?: readonly { readonly path: string; readonly message: string; readonly hint?: string }[];
  };
}

/** Prints what `kubectl get` says of the pipelines, then each verdict with every mistake. */
export async function showPipelines(
  kubectl: Kubectl,
  { namespace, say }: { readonly namespace: string; readonly say: (line: string) => void },
): Promise<void> {
  say(`\n$ kubectl -n ${namespace} get pipelines`);
  say(await kubectl(['-n', namespace, 'get', 'pipelines']));
  const list = JSON.parse(await kubectl(['-n', namespace, 'get', 'pipelines', '-o', 'json'])) as {
    readonly items: readonly ShownPipeline[];
  };
  for (const { metadata, status } of list.items) {
    for (const { type, status: verdict, reason } of status?.conditions ?? []) {
      say(`${metadata.name}: ${type} is ${verdict} (${reason})`);
    }
    for (const { path, message, hint } of status?.errors ?? []) {
      say(`  ${path}: ${message}${hint === undefined ? '' : `; ${hint}`}`);
    }
  }
}
