import type { StepNode } from '../pipeline/step-node.ts';

/** Identifiers in drawings are made of positions, never of what users write. */
export const stepId = ({ index }: StepNode): string => `s${index}`;

/** The decision of a conditional. */
export const decisionId = (node: StepNode): string => `${stepId(node)}_if`;

/** A branch of a conditional. */
export const branchId = (node: StepNode, branch: 'ifTrue' | 'ifFalse'): string =>
  `${stepId(node)}_${branch === 'ifTrue' ? 'true' : 'false'}`;

/** The steps that a route of a step brings. */
export const routeId = (node: StepNode, index: number): string => `${stepId(node)}_route${index}`;

/** The gate before the first step. */
export const startId = 'start_gate';

/** The steps at the end. */
export const exitId = 'exit_steps';
