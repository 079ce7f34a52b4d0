import type { Step } from '../../api/step/step.ts';
import type { CouncilSeat } from '../council/seats.ts';
import type { IssuePath } from '../issue.ts';

/** How a step came to stand where it stands. */
export type Placement = 'top' | 'loop' | 'group' | 'ifTrue' | 'ifFalse' | 'route' | 'exit';

/** One step of a Pipeline and how it hangs together with the others. The same for every run. */
export interface StepNode {
  readonly name: string;
  readonly step: Step;
  /** Position in the order of the document, over all steps. */
  readonly index: number;
  /** Where the step stands in the spec: `['steps', 2, 'branches', 'ifTrue', 'steps', 0]`. */
  readonly path: IssuePath;
  readonly placement: Placement;
  /** The step that it is a part of: a loop, a group, a conditional, or the step whose route brings it. */
  readonly parent: StepNode | undefined;
  /** Which of the parent's routes brings it. */
  readonly routeIndex: number | undefined;
  /** The innermost loop around it; its iterations give it their numbers. */
  readonly loop: StepNode | undefined;
  /** Steps that it is made of (a loop's, a group's, a conditional's), in order. */
  readonly children: readonly StepNode[];
  /** Steps that its routes bring, in order. */
  readonly routed: readonly StepNode[];
  /** What has to happen first. */
  readonly dependencies: readonly Dependency[];
  /** Who can activate it; it runs by itself when it is no child step. */
  readonly activators: readonly Activator[];
  /** Whose part it is of a deliberation in pods. Such nodes are made by the planner, and stand in no graph. */
  readonly seat?: CouncilSeat;
}

/** Something that has to happen before a step starts. */
export interface Dependency {
  readonly on: StepNode;
  /** `succeeded`: it must have succeeded; `ended`: it must have ended or be unable to run (inside `or`). */
  readonly until: 'succeeded' | 'ended';
  /** What says so. */
  readonly by: 'dependsOn' | 'template' | 'or';
}

/** Something that makes a child step run. */
export interface Activator {
  readonly by: StepNode;
  readonly through: 'check' | 'route' | 'fallback' | 'compensate';
}

/** A name that should be a step and is none. */
export interface UnknownStep {
  readonly name: string;
  /** Where it is said, from the spec on. */
  readonly path: IssuePath;
  /** In which role: a `dependsOn`, the target of a `check`, … */
  readonly as: 'dependsOn' | 'check' | 'route' | 'fallbackStep' | 'compensate' | 'returnTo';
}

/** A Pipeline's steps as a graph. Made from any spec that fits the schema, also from one that cannot run. */
export interface PipelineGraph {
  /** Every step, in the order of the document: each before its parts, exit steps last. */
  readonly nodes: readonly StepNode[];
  readonly byName: ReadonlyMap<string, StepNode>;
  /** Steps at the top, without exit steps. */
  readonly roots: readonly StepNode[];
  readonly exitSteps: readonly StepNode[];
  readonly unknown: readonly UnknownStep[];
  /** Steps whose name an earlier step has; they are not in `byName`. */
  readonly duplicates: readonly StepNode[];
}
