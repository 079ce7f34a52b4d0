import type { Issue } from '../../issue.ts';
import { findAssetConflicts, findForeignAssets } from './check-assets.ts';
import { checkExpressions } from './check-expressions.ts';
import { checkInputs } from './check-inputs.ts';
import { findLifecycleIssues } from './check-lifecycle.ts';
import { checkLoops } from './check-loops.ts';
import { findMissingOutputs } from './check-outputs.ts';
import { checkOptionalParameter, findWrongDefaults } from './check-parameters.ts';
import { checkReference } from './check-references.ts';
import { findOtherRuntimes } from './check-runtime.ts';
import { findBrokenSchemas } from './check-schemas.ts';
import {
  findCompensatedIterations,
  findDeepNests,
  findIneffectiveFields,
  findLooseCompensations,
  findModesNotServed,
} from './check-shape.ts';
import { checkSkip } from './check-skips.ts';
import { checkStepNames } from './check-step-names.ts';
import type { DataFlow, DataFlowCheck } from './data-flow.ts';
import { cycleIssues, findKnots } from './find-cycles.ts';
import { findUnreachableSteps } from './find-unreachable-steps.ts';
import { findGateIssues } from './gates.ts';
import { findGuards } from './guards.ts';
import { KnownNames } from './known-names.ts';
import { Reach } from './reach.ts';
import { ReferenceSchemas } from './reference-schemas.ts';
import { findMalformedTemplates, findReferenceUses } from './reference-uses.ts';
import { findDuplicateSteps, findTakenNames } from './step-names.ts';
import { StepResults } from './step-results.ts';

/** What needs no more than the steps themselves. */
const checks: readonly DataFlowCheck[] = [
  ...[findDuplicateSteps, findTakenNames, findDeepNests, findMalformedTemplates],
  ...[findGateIssues, findLifecycleIssues, findIneffectiveFields, findModesNotServed],
  ...[findLooseCompensations, findCompensatedIterations],
  ...[findOtherRuntimes, findForeignAssets, findBrokenSchemas, findWrongDefaults],
];

const tooCostly: Issue = {
  code: 'ChecksTooCostly',
  severity: 'warning',
  path: [],
  message: 'checking all values against their schemas would take too long: some were not checked',
  hint: 'use smaller schemas, or fewer alternatives in them',
};

/** Level 3 of validation: whether the data that steps name are there when they are wanted. Paths begin at the spec. */
export function findDataFlowIssues(flow: DataFlow, limit: number): Issue[] {
  const names = new KnownNames(flow);
  const guards = findGuards(flow);
  const knots = findKnots(flow);
  const inCycles = new Set(knots.flatMap(({ steps }) => steps));
  const reach = new Reach(flow, { guards, inCycles });
  const results = new StepResults(flow);
  const schemas = new ReferenceSchemas(flow, results);
  const issues = [
    ...checks.flatMap((check) => check(flow)),
    ...cycleIssues(knots),
    ...checkStepNames(flow, names),
    ...findUnreachableSteps(flow, reach),
    ...findAssetConflicts(flow, guards),
  ];
  for (const use of findReferenceUses(flow)) {
    if (issues.length > limit) return issues;
    const broken = checkReference(use, { flow, names, schemas });
    issues.push(...(broken.length > 0 ? broken : checkSkip(use, { flow, guards, reach, inCycles })));
    issues.push(...checkOptionalParameter(use, flow));
  }
  return [
    ...issues,
    ...checkExpressions(flow, schemas, results),
    ...checkInputs(flow, schemas),
    ...checkLoops(flow, schemas),
    ...findMissingOutputs(flow, results),
    ...(flow.work.isExhausted ? [tooCostly] : []),
  ];
}
