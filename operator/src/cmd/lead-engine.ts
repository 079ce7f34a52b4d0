import { setTimeout as sleep } from 'node:timers/promises';
import { servingSecretName } from '../controllers/serving-certificate-controller.ts';
import { publishConfigMap } from '../kube/publish-config-map.ts';
import { readSecretKey } from '../kube/read-values.ts';
import type { Engine } from './engine.ts';
import { keepReadingPolicies } from './join-policies.ts';
import type { RunningWorkItems } from './work-items.ts';
import type { ServerTrust } from './server-trust.ts';
import { servingCertificateTurn } from './serving-certificate.ts';

/** What only the leader does beside reconciling. */
export interface LeadingParts {
  readonly engine: Engine;
  readonly running: RunningWorkItems;
  readonly trust: ServerTrust;
  /** The operator's own. */
  readonly namespace: string;
}

/** After a failure, in milliseconds. */
const pauseMs = 2_000;
/** Time between two sweeps, in milliseconds: what is unused costs little. */
const sweepEveryMs = 600_000;

/** Begins and ends what only the leader does: the server's certificate, events from outside, operations, the policies. */
export function leadEngine({ engine, running, trust, namespace }: LeadingParts) {
  let leading = new AbortController();
  return {
    begin: (): void => {
      leading = new AbortController();
      void keepCertificate({ engine, trust, namespace }, leading.signal);
      void engine.feed.run(leading.signal);
      void engine.progress.run(leading.signal);
      void keepSweeping({ engine, running }, leading.signal);
      void keepReadingPolicies(engine.policies, engine.telemetry, leading.signal);
    },
    end: (): void => {
      leading.abort();
      running.operations.stop();
      engine.policies.forget();
    },
  };
}

/** Who sends events from inside the cluster finds here what to trust: everybody may read it. */
const authoritiesName = 'conclave-ca';

/** Keeps the server's certificate valid, and what Pods and others are told to trust the same. */
async function keepCertificate(
  { engine, trust, namespace }: Omit<LeadingParts, 'running'>,
  signal: AbortSignal,
): Promise<void> {
  const { client, telemetry } = engine;
  const turn = servingCertificateTurn(client, namespace);
  while (!signal.aborted) {
    let delayMs = pauseMs;
    try {
      const { requeueAfterMs } = await turn();
      const authorities = await readSecretKey(client, { namespace, name: servingSecretName }, 'ca.crt');
      trust.renew(authorities);
      await publishConfigMap(client, { namespace, name: authoritiesName }, { 'ca.crt': authorities });
      delayMs = Math.min(requeueAfterMs, 3_600_000);
    } catch (err) {
      telemetry.logger.warn({ err }, 'the certificate of the server is not settled');
    }
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Removes from time to time what no WorkItem needs any more. */
async function keepSweeping(
  { engine, running }: Pick<LeadingParts, 'engine' | 'running'>,
  signal: AbortSignal,
): Promise<void> {
  const isOver = () => signal.aborted;
  while (!isOver()) {
    await sleep(sweepEveryMs, undefined, { signal }).catch(() => undefined);
    if (isOver()) return;
    await running.sweep.run().catch((err: unknown) => {
      engine.telemetry.logger.warn({ err }, 'what is unused could not be looked through');
    });
  }
}
