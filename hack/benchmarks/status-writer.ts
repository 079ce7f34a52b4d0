/**
 * A process of its own that writes statuses, by our client or by client-node's generated calls, so that neither
 * pays for the other's garbage. Takes `StatusWriterOrder`s over IPC and answers each with a `StatusWriterAnswer`.
 */
import { CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import { connect } from '../../operator/src/kube/connect.ts';
import { samples, type Sample, type SampleName, type SampleObject } from './sample-objects.ts';
import { quantile } from './statistics.ts';

/** Write for `seconds`, each of the objects by one writer, all at once. */
export interface StatusWriterOrder {
  readonly sample: SampleName;
  readonly seconds: number;
  readonly objects: readonly SampleObject[];
}

/** What was done; `objects` as the server has them now. */
export type StatusWriterAnswer =
  | { readonly error: string }
  | {
      readonly error?: undefined;
      readonly writesPerSecond: number;
      readonly p50Ms: number;
      readonly p99Ms: number;
      readonly objects: readonly SampleObject[];
    };

/** The two sides that are compared. */
export type StatusWriterSide = 'conclave' | 'client-node';

type Write = (type: Sample['type'], object: SampleObject) => Promise<SampleObject>;

async function ours(kubeconfig: string): Promise<Write> {
  const { client } = await connect({ kubeconfig, version: 'bench' });
  return (type, object) => client.updateStatus(type, object);
}

function generated(kubeconfig: string): Write {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(CustomObjectsApi);
  return async ({ group, version, plural }, body) => {
    const { namespace = '', name } = body.metadata;
    const call = { group, version, plural, namespace, name, body };
    return (await api.replaceNamespacedCustomObjectStatus(call)) as SampleObject;
  };
}

async function obey(write: Write, { sample, seconds, objects }: StatusWriterOrder): Promise<StatusWriterAnswer> {
  const { type, status } = samples[sample];
  const latenciesMs: number[] = [];
  const start = performance.now();
  const endMs = start + seconds * 1000;
  const written = await Promise.all(
    objects.map(async (first) => {
      let object = first;
      for (let now = performance.now(); now < endMs; now = performance.now()) {
        object = await write(type, { ...object, status: status(latenciesMs.length) });
        latenciesMs.push(performance.now() - now);
      }
      return object;
    }),
  );
  const tookSeconds = (performance.now() - start) / 1000;
  const [p50Ms, p99Ms] = [quantile(latenciesMs, 0.5), quantile(latenciesMs, 0.99)];
  return { writesPerSecond: latenciesMs.length / tookSeconds, p50Ms, p99Ms, objects: written };
}

const [side, kubeconfig = ''] = process.argv.slice(2);
const write = side === 'conclave' ? await ours(kubeconfig) : generated(kubeconfig);
process.on('message', (order: StatusWriterOrder) => {
  obey(write, order)
    .catch((error: unknown): StatusWriterAnswer => ({ error: String(error) }))
    .then((answer) => process.send?.(answer))
    .catch(() => process.exit(1));
});
// Without a parent there is nobody to write for.
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
