import { setTimeout as sleep } from 'node:timers/promises';
import { workItemKind, type WorkItem } from '../api/work-item.ts';
import { DecisionPolicies, type PoliciesSeen } from '../controllers/decision-policies.ts';
import type { KubeClient } from '../kube/client.ts';
import { PolicyAccess } from '../kube/policy-access.ts';
import { keyOf } from '../kube/store.ts';
import type { ControllerParts } from './controllers.ts';
import type { EngineOptions } from './engine-options.ts';
import { readExpectedPolicies } from './policy-manifests.ts';
import { resourceTypeOf } from './resource-types.ts';
import { decidableNow, workItemIndexes } from './work-item-caches.ts';

/** The policies of the cluster against those that are shipped. When they change, all is planned anew that rests on them. */
export function joinPolicies(
  { client, cluster, shell, telemetry }: ControllerParts & { readonly client: KubeClient },
  { policyFolder }: EngineOptions,
): DecisionPolicies {
  return new DecisionPolicies({
    expected: readExpectedPolicies(policyFolder),
    port: new PolicyAccess(client),
    clock: () => new Date(),
    changed: (seen) => {
      tell(telemetry, seen);
      const decidable = cluster
        .cached(resourceTypeOf<WorkItem>(workItemKind))
        .byIndex(workItemIndexes.decidable, decidableNow);
      for (const workItem of decidable) shell.wake(workItemKind.plural, keyOf(workItem));
    },
  });
}

function tell({ logger }: ControllerParts['telemetry'], seen: PoliciesSeen): void {
  if ('epoch' in seen) logger.info({ epoch: seen.epoch }, 'the policies that decisions rest on are in force');
  else logger.warn({ ...seen.problem }, 'no decision of people is taken');
}

/** How often it is looked whether the pause is over, in milliseconds. */
const lookMs = 1_000;

/** Reads the policies again and again. */
export async function keepReadingPolicies(
  policies: DecisionPolicies,
  { logger }: ControllerParts['telemetry'],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await policies.fresh().catch((err: unknown) => logger.warn({ err }, 'the admission policies could not be read'));
    await pauseAfter(policies, signal);
  }
}

/** Whoever reads them meanwhile may find something wrong: the pause is shorter then. */
async function pauseAfter(policies: DecisionPolicies, signal: AbortSignal): Promise<void> {
  const readAtMs = performance.now();
  while (!signal.aborted && performance.now() - readAtMs < policies.pauseMs)
    await sleep(lookMs, undefined, { signal }).catch(() => undefined);
}
