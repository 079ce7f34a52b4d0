import type { StepStatus } from '../../api/step-status.ts';
import type { WorkItem } from '../../api/work-item.ts';
import type { LogSelection } from './find-containers.ts';

/** What is left of steps whose Pods are gone, or that never had any: what status says, and where the rest is. */
export function describeRemains({ status = {} }: WorkItem, { step, attempt }: LogSelection): readonly string[] {
  const steps = (status.steps ?? []).filter(
    ({ path }) => step === undefined || path === step || path.endsWith(`.${step}`),
  );
  if (steps.length === 0) return [step === undefined ? 'no step has begun yet' : `the step ${step} has not begun yet`];
  return steps.flatMap((each) => describeStep(each, attempt));
}

function describeStep(
  { path, phase, reason, message, attempts = [], outputsRef }: StepStatus,
  number: number | undefined,
) {
  const why = [reason, message].filter((part) => part !== undefined).join(': ');
  const shown = attempts.filter((attempt) => number === undefined || attempt.number === number);
  return [
    `${path}: ${phase}${why === '' ? '' : ` (${why})`}`,
    ...shown.flatMap((attempt) => {
      const { result = 'under way', exitCode, resultDigest } = attempt;
      const said = [attempt.reason, attempt.message].filter((part) => part !== undefined).join(': ');
      const code = exitCode === undefined ? '' : `, exit code ${exitCode}`;
      return [
        `  attempt ${attempt.number}: ${result}${code}${said === '' ? '' : ` (${said})`}`,
        ...(resultDigest === undefined ? [] : [`  its whole result, which names the transcript, is ${resultDigest}`]),
      ];
    }),
    ...(outputsRef === undefined ? [] : [`  its outputs are ${outputsRef.digest}`]),
  ];
}

/** Where artifacts are: this program asks the API server alone, and cannot reach them. */
export const whereArtifactsAre =
  'artifacts are with the server in the cluster, which this program does not reach: see "Where results are" in docs/guide/run-work-items.md';
