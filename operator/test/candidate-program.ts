/**
 * A process that stands for election and, while it leads, writes its name into a ConfigMap as fast as it can. Prints one
 * word a line: `started`, `lost`, `stopped`, and `written` for its first write. SIGTERM stops it.
 */
import { WriteRefused } from '../src/kube/api-error.ts';
import { systemClock } from '../src/kube/clock.ts';
import { connect } from '../src/kube/connect.ts';
import { LeaderElector } from '../src/kube/leader-election.ts';
import type { ResourceType } from '../src/kube/resource-type.ts';

const [kubeconfig, namespace = '', identity = '', ...durations] = process.argv.slice(2);
const [leaseDurationMs = 0, renewDeadlineMs = 0, retryPeriodMs = 0] = durations.map(Number);
const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};

const { client } = await connect({ kubeconfig, version: 'test' });
const say = (word: string): void => {
  process.stdout.write(`${word}\n`);
};
const elector = new LeaderElector({
  client,
  lease: { namespace, name: 'candidates' },
  identity,
  clock: systemClock,
  random: Math.random,
  leaseDurationMs,
  renewDeadlineMs,
  retryPeriodMs,
  observer: {
    onStarted: () => {
      say('started');
      void write();
    },
    onLost: () => {
      say('lost');
    },
  },
});

/** Deliberately deaf to the loss of leadership: what stops it is the gate alone. */
async function write(): Promise<void> {
  const gated = client.withGate(elector);
  for (let count = 1; ; count += 1) {
    try {
      await gated.patch(configMaps, { namespace, name: 'written' }, { merge: { data: { by: identity } } });
      if (count === 1) say('written');
    } catch (error) {
      if (!(error instanceof WriteRefused)) say(`error ${String(error)}`);
      await systemClock.sleep(5);
    }
  }
}

const stop = new AbortController();
process.once('SIGTERM', () => {
  stop.abort();
});
const end = await elector.run(stop.signal);
if (end === 'stopped') {
  say('stopped');
  process.exit(0);
}
// Stays alive after a loss, so that the test sees that it writes no more.
setInterval(() => undefined, 1_000);
