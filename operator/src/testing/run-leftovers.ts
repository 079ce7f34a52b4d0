import type { WorkItemStatus } from '../api/work-item-status.ts';
import { Conflict } from '../kube/api-error.ts';
import type { HostileEngine } from './hostile-engine.ts';

/** What does not hold of all that a world did, in sentences: nothing was accepted twice, and nothing was done twice. */
export function findBrokenPromises({ cluster, errors }: HostileEngine): string[] {
  return [
    // Whoever sees changes very late is told of many conflicts in a row; a world that comes to rest has none for ever.
    ...errors
      .filter((error) => !(error instanceof Conflict))
      .map((error) => `an error that nothing explains: ${String(error)}`),
    ...repeated(cluster.jobsMade).map((name) => `the Job ${name} was made more than once`),
    ...repeated(cluster.calls).map((call) => `the call ${call} was sent more than once`),
    ...acceptedTwice(cluster.recorded),
  ];
}

/** What is left in a world at rest that nobody wants any more, in sentences. */
export function findLeftovers({ cluster, processes }: HostileEngine): string[] {
  const jobs = Array.from(cluster.jobs.objects.keys(), (name) => `the Job ${name} is left`);
  const uids = new Set(cluster.workItems.changes.map(({ object, before }) => (object ?? before)?.metadata.uid ?? ''));
  const operations = processes.flatMap((process) =>
    [...uids].flatMap((uid) =>
      process.operations.observe(uid).map(({ path, number }) => `an operation is left: attempt ${number} of ${path}`),
    ),
  );
  const places = processes
    .map(({ admission }) => admission.count('ns'))
    .filter(({ running, waiting }) => running + waiting > 0)
    .map(({ running, waiting }) => `${running} hold a place and ${waiting} wait for one`);
  const unclean = Array.from(cluster.workItems.objects.values())
    .filter(({ metadata, status }) => status?.startedAt !== undefined && !cluster.cleanedUp.has(metadata.uid ?? ''))
    .map(({ metadata }) => `what the steps of ${metadata.name} made was not taken away`);
  return [...jobs, ...operations, ...places, ...unclean];
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
}

/** Each step has one accepted result, whatever was recorded in between. The WorkItems of a world have steps of other names. */
function acceptedTwice(recorded: readonly WorkItemStatus[]): string[] {
  const accepted = new Map<string, Set<number>>();
  for (const { steps = [] } of recorded)
    for (const { path, attempts = [] } of steps)
      for (const { number, result } of attempts)
        if (result === 'Succeeded') accepted.set(path, (accepted.get(path) ?? new Set()).add(number));
  return [...accepted]
    .filter(([, numbers]) => numbers.size > 1)
    .map(([path, numbers]) => `${path} took the results of the attempts ${[...numbers].join(' and ')}`);
}
