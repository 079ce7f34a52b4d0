import type { Step } from '../../api/step/step.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { effectivePolicy, retryDelayMs } from '../work-item/retry-delay.ts';
import { attemptSeconds } from './estimate-world.ts';
import { countIterations, type IterationContext, type IterationCount } from './iteration-count.ts';
import { findWorstCase, type WorstCase } from './worst-case.ts';

/** What one run of a step takes at most, its parts aside. */
export interface StepEstimate {
  readonly node: StepNode;
  /** One attempt. */
  readonly worstCase: WorstCase;
  readonly attempts: number;
  /** One attempt, in seconds. */
  readonly attemptSeconds: number;
  /** All attempts and the times between them, in seconds. */
  readonly seconds: number;
  /** How often its parts run: for a loop by its list, else once. */
  readonly iterations: IterationCount;
  /** It runs for certain, once its parent does. */
  readonly isCertain: boolean;
}

/** Steps that the operator itself does, in no time to speak of, or that wait for people. */
const instant: ReadonlySet<Step['type']> = new Set(['loop', 'parallel_group', 'conditional', 'validation', 'approval']);

const once: IterationCount = { least: 1, most: 1, isGuess: false };

/** Estimates one step by itself. */
export function estimateStep(node: StepNode, context: IterationContext): StepEstimate {
  const { step } = node;
  const isInstant = instant.has(step.type);
  const attempts = isInstant || isOneWait(step) ? 1 : attemptsOf(step, context);
  const seconds = isInstant ? 0 : attemptSeconds(step, context.world);
  return {
    node,
    attempts,
    attemptSeconds: seconds,
    worstCase: isInstant ? { usage: {}, callCost: '0', unknown: [] } : findWorstCase(step, context.world),
    seconds: isInstant ? 0 : attempts * seconds + delaySeconds(step, attempts, context),
    iterations: step.type === 'loop' ? countIterations(step, context) : once,
    isCertain: isCertain(node),
  };
}

/** A wait for assets alone is not tried again: it waits as long as it may. */
const isOneWait = (step: Step) =>
  step.type === 'wait_for_asset' && step.http === undefined && step.object === undefined;

function attemptsOf({ retryPolicy }: Step, { world }: IterationContext): number {
  return effectivePolicy(retryPolicy, world.spec.defaults.retryPolicy).maxAttempts;
}

function delaySeconds({ retryPolicy }: Step, attempts: number, { world }: IterationContext): number {
  const policy = effectivePolicy(retryPolicy, world.spec.defaults.retryPolicy);
  let delayMs = 0;
  for (let failures = 1; failures < attempts; failures++) delayMs += retryDelayMs(policy, failures);
  return Math.ceil(delayMs / 1000);
}

function isCertain({ step, placement }: StepNode): boolean {
  const mayBeLeftOut = step.isChild === true || step.when !== undefined || step.inState !== undefined;
  return placement !== 'route' && !mayBeLeftOut;
}
