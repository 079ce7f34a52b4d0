import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump, loadAll } from 'js-yaml';
import { repositoryRoot } from '../cluster/paths.ts';
import type { Kubectl } from './kubectl.ts';

/** The images that the project's own programs run in, on clusters for development. */
export const developmentImages = {
  product: 'localhost/conclave:dev',
  runtime: 'localhost/conclave-runtime:dev',
  modelSim: 'localhost/conclave-model-sim:dev',
} as const;

interface Manifest {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly object[]; readonly volumes: readonly object[] };
    };
  };
}

const folder = join(repositoryRoot, 'config/server');

/** Installs the server of artifacts and events. What it keeps lives as long as its Pod: no cluster for development has volumes. */
export async function installServer(kubectl: Kubectl): Promise<void> {
  const documents = ['rbac.yaml', 'server.yaml'].flatMap(
    (file) => loadAll(readFileSync(join(folder, file), 'utf8')) as readonly Manifest[],
  );
  const input = documents.map((document) => dump(forDevelopment(document))).join('---\n');
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], { input });
}

function forDevelopment(document: Manifest): unknown {
  if (document.kind !== 'StatefulSet') return document;
  const { volumeClaimTemplates, ...spec } = document.spec as Manifest['spec'] & Readonly<Record<string, unknown>>;
  if (volumeClaimTemplates === undefined) throw new Error('the server is expected to claim a volume');
  const { containers, volumes } = spec.template.spec;
  const pod = {
    ...spec.template.spec,
    containers: containers.map((container) => ({ ...container, image: developmentImages.product })),
    volumes: [...volumes, { name: 'data', emptyDir: {} }],
  };
  return { ...document, spec: { ...spec, template: { ...spec.template, spec: pod } } };
}
