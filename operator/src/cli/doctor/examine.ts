import { checkCrds } from './check-crds.ts';
import { checkKubernetes } from './check-kubernetes.ts';
import { checkGpus, checkModels } from './check-models.ts';
import { checkOperator, checkServer } from './check-operator.ts';
import { checkOperatorRights } from './check-operator-rights.ts';
import { checkOwnRights } from './check-own-rights.ts';
import { checkPolicies } from './check-policies.ts';
import type { Check, Examination, Finding } from './finding.ts';

/** Everything that is looked at, in the order in which it is told: what is wrong first explains what is wrong later. */
const checks: readonly (readonly [name: string, check: Check])[] = [
  ['Kubernetes', checkKubernetes],
  ['CRDs', checkCrds],
  ['policies', checkPolicies],
  ["the operator's rights", checkOperatorRights],
  ['operator', checkOperator],
  ['server', checkServer],
  ['Models', checkModels],
  ['GPUs', checkGpus],
  ['your rights', checkOwnRights],
];

/** Looks at everything, all at once. @throws what no check can go on after, such as a server that does not answer */
export async function examine(examination: Examination): Promise<readonly Finding[]> {
  const findings = await Promise.all(checks.map(([name, check]) => check(examination).catch(unknownTo(name))));
  return findings.flat();
}

/** One who may not look learns nothing, and that is no fault of the installation. */
function unknownTo(check: string) {
  return (error: unknown): readonly Finding[] => {
    if (!(error instanceof Error)) throw error;
    const [message = ''] = error.message.split(' — ');
    if (error.name === 'Forbidden')
      return [{ check, result: 'unknown', message, hint: 'let somebody look who may read it' }];
    // What is not served is told by the check of the CRDs.
    if (error.name === 'NotFound') return [{ check, result: 'unknown', message, hint: 'mend the CRDs first' }];
    throw error;
  };
}
