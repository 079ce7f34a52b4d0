import { comparePolicies, type FoundPolicy, type PolicyProblem } from '../../core/decision/policies-in-force.ts';
import type { PolicyManifest } from '../../core/decision/policy-manifest.ts';
import type { Check, Finding } from './finding.ts';

const check = 'policies';

/** Whether the admission policies and their bindings are there, and as they are shipped. */
export const checkPolicies: Check = async ({ account, shipped: { policies }, nowMs }) => {
  const answers = await Promise.all(
    policies.map(async (manifest) => ({ manifest, answer: await account.policy(manifest) })),
  );
  const expected: PolicyManifest[] = [];
  const found: FoundPolicy[] = [];
  const findings: Finding[] = [];
  for (const { manifest, answer } of answers) {
    if (answer === 'not-served') findings.push(notServed(manifest));
    else if (typeof answer === 'object' && 'problem' in answer) findings.push(unread(manifest, answer.problem));
    else expected.push(manifest);
    if (typeof answer === 'object' && 'found' in answer) found.push(answer.found);
  }
  const compared = comparePolicies(expected, found, nowMs);
  if ('problems' in compared) findings.push(...tell(compared.problems));
  if (findings.length > 0) return findings;
  return [
    { check, result: 'ok', message: `the ${policies.length} policies and bindings are in force as they are shipped` },
  ];
};

const install = 'install them: kubectl apply --server-side --force-conflicts -f config/policies/';
// Applying leaves in place what somebody has added to a list.
const replace = 'put them back: kubectl replace -f config/policies/';

/** A policy that is not there at all is told in one line with the others: most often it is all of them. */
function tell(problems: readonly PolicyProblem[]): readonly Finding[] {
  const missing = problems.filter(({ reason }) => reason === 'PoliciesMissing').map(({ message }) => message);
  const others = problems.filter(({ reason }) => reason !== 'PoliciesMissing');
  return [
    ...(missing.length === 0 ? [] : [{ check, result: 'failed', message: missing.join('; '), hint: install } as const]),
    ...others.map(({ reason, message }): Finding => {
      if (reason === 'PoliciesSettling')
        return { check, result: 'warning', message, hint: 'look again in a few seconds' };
      return { check, result: 'failed', message: `${message}: what rests on it cannot be trusted`, hint: replace };
    }),
  ];
}

const notServed = ({ kind, name }: PolicyManifest): Finding => ({
  ...{ check, result: 'warning', message: `this cluster has no ${kind}, so that ${name} cannot be installed` },
  hint: 'upgrade the cluster to 1.36, or decide with conclave approve, which needs it not',
});

const unread = ({ kind, name }: PolicyManifest, { message }: PolicyProblem): Finding => ({
  ...{ check, result: 'unknown', message: `${kind} ${name} may not be read: ${message}` },
  hint: 'let somebody look who may read admission policies',
});
