import type { PipelineSketch } from './planned-run.ts';

/** A step as a test writes it. */
export type StepSketch = PipelineSketch['steps'][number];

/** Types of steps that something outside of the planner executes. */
export const leafKinds = [
  ...(['function', 'crawler', 'ml_model', 'ml_serving', 'ml_training', 'custom_code', 'llm_flow'] as const),
  ...(['llm_agent', 'council', 'output', 'data_transform'] as const),
] as const;
/** Types of steps that the planner itself carries out. */
export const waitKinds = ['wait_for_asset', 'validation', 'approval'] as const;
const containerKinds = ['loop', 'parallel_group', 'conditional'] as const;
/** All of them; those that are made of others more often, because they are where it gets difficult. */
export const allKinds = [...leafKinds, ...waitKinds, ...containerKinds, ...containerKinds, ...containerKinds] as const;

export type LeafKind = (typeof leafKinds)[number];
export type StepKind = (typeof allKinds)[number];

/** What may follow from a step. */
export const flows = [
  ...(['plain', 'check', 'route', 'routeTo', 'fallback', 'continue', 'when'] as const),
  ...(['returnTo', 'compensate', 'timeout', 'cache'] as const),
] as const;
export type Flow = (typeof flows)[number];

/** What a step is made from: numbers that stand for choices. */
export interface Recipe {
  readonly kind: StepKind;
  /** Picks the steps whose results it takes, among those that it can see. */
  readonly refs: readonly number[];
  readonly dependsOn: readonly number[];
  readonly flow: Flow;
  /** A small number: how many attempts, how many iterations, from where on a condition holds. */
  readonly size: number;
  readonly flag: boolean;
  readonly parts: readonly Recipe[];
}

/** The plainest step. */
export const plainRecipe: Recipe = {
  ...{ kind: 'function', refs: [], dependsOn: [], flow: 'plain', size: 0, flag: false, parts: [] },
};

/** A step that others can refer to. */
export interface KnownStep {
  readonly name: string;
  /** Something in its outputs; none where they are empty. */
  readonly field?: string;
  /** A list in its outputs. */
  readonly list?: string;
  /** Whether `or` should stand around a reference to it. */
  readonly mayBeSkipped: boolean;
}

/** What a step can see where it stands. */
export interface RecipeScope {
  readonly visible: readonly KnownStep[];
  /** Variables of the loops around, the innermost first. */
  readonly variables: readonly string[];
  /** At the top of `steps`: only there one step can undo another. */
  readonly isTop: boolean;
}

export const isLeaf = (kind: StepKind): kind is LeafKind => leafKinds.some((leaf) => leaf === kind);
export const isContainer = (kind: StepKind) => containerKinds.some((container) => container === kind);
