import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { waitingKinds } from '../../operator/src/api/step-status.ts';
import { readyReasons, validReasons } from '../../operator/src/core/reasons.ts';
import { runReasons, stepReasons } from '../../operator/src/core/work-item/step-reasons.ts';
import { without } from '../../operator/src/core/defined.ts';

const guide = readFileSync(new URL('../../docs/guide/troubleshoot.md', import.meta.url), 'utf8');

/** First cells of the tables below a heading. */
function told(heading: string): readonly string[] {
  const section = guide.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return Array.from(section.matchAll(/^\| `(\w+)`/gm), ([, word = '']) => word).sort();
}

/** Of runs and steps: reasons of whatever goes on, or has ended well, and those of what never began. */
const good = {
  run: [
    ...(['notAccepted', 'waitingForQuota', 'waitingForStart', 'stepsRunning', 'stepsWaiting', 'suspended'] as const),
    ...(['exitStepsRunning', 'allStepsSucceeded', 'lifecycleEnded'] as const),
  ],
  step: [
    ...(['activated', 'sentBack', 'retryRequested', 'waitingForDependencies', 'waitingForActivation'] as const),
    ...(['parallelismReached', 'waitingForState', 'attemptRunning', 'partsRunning', 'waitingToRetry'] as const),
    ...(['waitingForDecision', 'policyMissing', 'waitingForAsset', 'fallbackRunning', 'waitingForBudget'] as const),
    ...(['completed', 'cacheHit', 'replayed', 'fallbackUsed', 'approved', 'acceptedByDecision'] as const),
    ...(['conditionFalse', 'branchNotTaken', 'routeNotTaken', 'notActivated', 'dependencyFailed'] as const),
    ...(['dependencySkipped', 'parentSkipped', 'runEnded', 'runCancelled', 'stateLeft', 'disrupted'] as const),
  ],
} as const;

/** What a Pipeline that cannot be pinned leads to. */
const unpinned = ['PipelineInvalid', 'PipelineNotFound'];

it.each([
  ['A run waits', [...waitingKinds]],
  ['A run did not succeed', [...Object.values(without(runReasons, ...good.run)), ...unpinned]],
  ['A step failed', Object.values(without(stepReasons, ...good.step))],
  ['A Pipeline is not `Valid`', Object.values(without(validReasons, 'allChecksPassed'))],
  ['A Model is not `Ready`', Object.values(without(readyReasons, 'available'))],
])('the guide says what to do, for every reason there is: %s', (heading, reasons) => {
  expect(told(heading)).toEqual([...new Set(reasons)].sort());
});

it('names metrics that there are', () => {
  const reference = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8');
  const named = Array.from(guide.matchAll(/`(conclave_\w+)`/g), ([, name = '']) => name);
  expect(named.filter((name) => !reference.includes(name))).toEqual([]);
});
