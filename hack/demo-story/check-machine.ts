import { type GoProgram, isBuilt } from '../cluster/go-build.ts';
import { embeddedPrograms, helmProgram, kindProgram, kubernetesProgram } from '../cluster/go-programs.ts';
import { readInstanceState } from '../cluster/instance-state.ts';
import { dockerRuns } from '../cluster/kind-cluster.ts';
import { instancePaths } from '../cluster/paths.ts';
import { ensurePrerequisites, findProgram, type Purpose } from '../cluster/prerequisites.ts';
import { chooseProvider, type Provider } from '../cluster/provider.ts';

/** What the demo is asked for, as far as it decides what the machine needs. */
export interface DemoPlan {
  readonly provider: Provider;
  /** Whether images are built here. */
  readonly buildsImages: boolean;
  readonly dockerRuns: boolean;
}

/** What the whole demo takes: tools by what they are for, and programs that are built by Go unless they are there. */
export function demoNeeds({ provider: { kind }, buildsImages, dockerRuns }: DemoPlan) {
  const purposes: Purpose[] = [];
  if (kind === 'embedded') purposes.push('cluster');
  if (buildsImages && !dockerRuns) purposes.push('image');
  const programs: GoProgram[] = [helmProgram()];
  if (kind === 'embedded') programs.push(...embeddedPrograms({ fakeNodes: 0 }));
  if (kind === 'kind' && findProgram('kind') === undefined) programs.push(kindProgram());
  if (kind !== 'embedded' && findProgram('kubectl') === undefined) programs.push(kubernetesProgram());
  return { purposes, programs };
}

/**
 * Looks for all that the demo needs before anything is started: the first half takes minutes, and what only the second lacks
 * is said before them. @throws ClusterError that names all that is missing, and what to do
 */
export async function checkMachine(options: {
  readonly instance: string;
  readonly requested: Provider | undefined;
  readonly buildsImages: boolean;
  readonly install: boolean;
  readonly report: (line: string) => void;
}): Promise<void> {
  const { instance, requested, buildsImages, install, report } = options;
  const recorded = readInstanceState(instancePaths(instance));
  const provider = await chooseProvider({ instance, requested, recorded, fakeNodes: 0, dockerRuns });
  const { purposes, programs } = demoNeeds({ provider, buildsImages, dockerRuns: await dockerRuns() });
  await ensurePrerequisites(purposes, { needsGo: !programs.every(isBuilt), install, report });
}
