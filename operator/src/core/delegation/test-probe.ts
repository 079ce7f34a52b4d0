import type { ResolutionProblem } from '../template/scope.ts';
import type { ClusterObject } from './cluster-object.ts';
import { conditionsOf } from './describe-object.ts';
import { testObject } from './evaluate-object.ts';

/** When an object counts as ready: by one of the two. */
export interface Readiness {
  /** Type of a condition that must be `True`. */
  readonly condition?: string | undefined;
  readonly expression?: string | undefined;
}

/** Whether an object is as expected. One that is being deleted never is. */
export function testProbe(
  object: ClusterObject,
  { condition, expression }: Readiness,
): { readonly value: boolean } | { readonly problem: ResolutionProblem } {
  if (object.metadata.deletionTimestamp !== undefined) return { value: false };
  if (expression !== undefined) return testObject(expression, object);
  const found = conditionsOf(object).find(({ type }) => type === condition);
  return { value: found?.status === 'True' && !isStale(object, found.observedGeneration) };
}

/** A condition that speaks of an earlier spec says nothing of this one; `kubectl wait` takes it so, too. */
function isStale({ metadata, status }: ClusterObject, ofCondition: number | undefined): boolean {
  const observed = ofCondition ?? status?.['observedGeneration'];
  return typeof observed === 'number' && metadata.generation !== undefined && observed < metadata.generation;
}
