/** Where a cluster comes from, and which of the ways is taken. */
import { ClusterError } from './cluster-error.ts';
import type { InstanceState } from './instance-state.ts';

/** A way to a cluster: one of our own, one in Docker, or one that is there already (a context of the kubeconfig). */
export type Provider =
  { readonly kind: 'embedded' } | { readonly kind: 'kind' } | { readonly kind: 'context'; readonly context: string };

/** What the choice depends on. */
export interface ProviderFacts {
  readonly instance: string;
  /** What the user asked for, if anything. */
  readonly requested: Provider | undefined;
  /** What the instance is already. */
  readonly recorded: InstanceState | undefined;
  readonly fakeNodes: number;
  readonly dockerRuns: () => Promise<boolean>;
}

/** An instance stays what it is; otherwise what is asked for, otherwise kind where Docker runs, otherwise our own. */
export async function chooseProvider(facts: ProviderFacts): Promise<Provider> {
  const chosen = asProvider(facts.recorded) ?? facts.requested ?? (await findProvider(facts));
  const { requested, instance } = facts;
  if (requested !== undefined && describeProvider(requested) !== describeProvider(chosen)) {
    throw new ClusterError(
      `instance '${instance}' is ${describeProvider(chosen)}, not ${describeProvider(requested)}`,
      {
        hint: `take it down first (hack/down --instance ${instance}), or name another with --instance`,
      },
    );
  }
  if (facts.fakeNodes > 0 && chosen.kind !== 'embedded') {
    throw new ClusterError(`fake nodes are for the embedded cluster; this is ${describeProvider(chosen)}`, {
      hint: 'leave --fake out, or use --embedded',
    });
  }
  return chosen;
}

function asProvider(state: InstanceState | undefined): Provider | undefined {
  if (state?.kind === 'context') return { kind: 'context', context: state.context };
  return state && { kind: state.kind };
}

async function findProvider({ fakeNodes, dockerRuns }: ProviderFacts): Promise<Provider> {
  return { kind: fakeNodes === 0 && (await dockerRuns()) ? 'kind' : 'embedded' };
}

/** A provider in words. */
export function describeProvider(provider: Provider): string {
  if (provider.kind === 'context') return `the existing cluster of context '${provider.context}'`;
  return provider.kind === 'kind' ? 'a kind cluster' : 'an embedded cluster';
}
