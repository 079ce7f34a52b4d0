import { tallyOne, type Tally } from '../suites/tally.ts';
import type { Right } from './right.ts';

const apply = 'what is applied and is not there yet takes this right, and is told as `patch`';
const waited = 'a step may wait for one';
const changed = 'a Model that is served, and is changed then';
const swept = 'once an hour, when nothing is pinned to it any more';
const repeated = 'an Event that comes again within minutes';

/** Rights that not every run of the tests uses, and why they are granted all the same. */
export const excused: Readonly<Record<Right, string>> = {
  'create configmaps': apply,
  'create networkpolicies.networking.k8s.io': apply,
  'delete controllerrevisions.apps': swept,
  'list controllerrevisions.apps': swept,
  'delete jobs.batch': 'a run that is cancelled',
  'delete pods': 'an attempt that is ended and shares its Job with others that go on',
  'get agentroles.conclave.dev': waited,
  'get councils.conclave.dev': waited,
  'get jobs.batch': waited,
  'get methods.conclave.dev': waited,
  'get models.conclave.dev': waited,
  'get pipelines.conclave.dev': waited,
  'get pods': waited,
  'get tenants.conclave.dev': waited,
  'get configmaps': 'a Model that names the authority of its certificate',
  'get events.events.k8s.io': repeated,
  'patch events.events.k8s.io': repeated,
  'get pods/log': 'an image that ignores the contract, and whose last line is its result',
  'update leaderworkersets.leaderworkerset.x-k8s.io': changed,
  'update services': changed,
  'update secrets': 'a certificate that is renewed, days before it ends',
  'update workitems/finalizers.conclave.dev':
    'asked for by OwnerReferencesPermissionEnforcement, which no test cluster has',
};

/** What is wrong with what is granted, by what was used: a right that nobody needs, or one for everything. */
export function judgeRights(
  granted: readonly Right[],
  used: ReadonlySet<Right>,
  excuses: Readonly<Record<Right, string>> = excused,
): { readonly lines: readonly string[]; readonly tally: Tally } {
  const wild = granted.filter((right) => right.includes('*'));
  const unused = granted.filter((right) => !used.has(right) && !Object.hasOwn(excuses, right));
  const idle = Object.keys(excuses).filter((right) => !granted.includes(right));
  const problems = [
    ...wild.map((right) => `${right}: a right for everything`),
    ...unused.map((right) => `${right}: granted, and never used`),
    ...idle.map((right) => `${right}: excused, and not granted`),
  ];
  const sign = problems.length === 0 ? '✓' : '✗';
  const sum = `${sign} rights of the operator: ${granted.length} granted, ${granted.filter((right) => used.has(right)).length} used`;
  return {
    lines: [...problems.map((problem) => `  ${problem}`), sum],
    tally: tallyOne(`rights of the operator: ${problems.join('; ')}`, problems.length === 0),
  };
}
