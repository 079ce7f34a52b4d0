import type { Check } from './finding.ts';

const check = 'Kubernetes';
/** Admission policies are `v1` from here on. */
const leastMinor = 30;
/** From here on the API server fills decisions in. */
const fillsInMinor = 36;

/** Whether the API server is one that Conclave works with. */
export const checkKubernetes: Check = async ({ account }) => {
  const { major, minor, gitVersion = 'unknown' } = JSON.parse(await account.client.getText('/version')) as Version;
  const number = Number.parseInt(minor ?? '', 10);
  if (major !== '1' || Number.isNaN(number))
    return [{ check, result: 'unknown', message: `the API server calls itself ${gitVersion}` }];
  if (number < leastMinor)
    return [
      {
        ...{ check, result: 'failed', message: `the API server is ${gitVersion}, which knows no admission policies` },
        hint: `upgrade the cluster to 1.${leastMinor} or later; 1.${fillsInMinor} is best`,
      },
    ];
  if (number < fillsInMinor)
    return [
      {
        ...{ check, result: 'warning' },
        message: `the API server is ${gitVersion}: it does not fill decisions in, and people decide with the program alone`,
        hint: `upgrade the cluster to 1.${fillsInMinor} for decisions by kubectl annotate`,
      },
    ];
  return [{ check, result: 'ok', message: `the API server is ${gitVersion}` }];
};

interface Version {
  readonly major?: string;
  readonly minor?: string;
  readonly gitVersion?: string;
}
