import type { CouncilSpec } from '../../api/council.ts';
import type { Step } from '../../api/step/step.ts';
import { type CouncilSeat, seatsAt, secondsOfSeat } from '../council/seats.ts';
import { defined } from '../defined.ts';
import type { StepNode } from '../pipeline/step-node.ts';
import { type Frame, iterationFrame } from './frame.ts';
import type { ObservedWorkItem } from './observed.ts';
import type { Place } from './place.ts';
import type { Run } from './run.ts';

type Pinned = ObservedWorkItem['pinned'];
type CouncilStep = Extract<Step, { type: 'council' }>;

/** A `council` step whose members have pods of their own, and the Council that it is pinned to. */
export interface CouncilInPods {
  readonly council: CouncilSpec;
  readonly step: CouncilStep;
  /** Most that the step may take, in seconds, as far as the Pipeline says. */
  readonly stepSeconds: number;
}

/** What a step is when its members have pods of their own; undefined for any other. Parts of a deliberation are not such steps. */
export function councilInPods({ spec, councils }: Pinned, { step, seat }: StepNode): CouncilInPods | undefined {
  if (step.type !== 'council' || seat !== undefined) return undefined;
  const council = councils.find(({ metadata }) => metadata.name === step.council)?.spec;
  if (council?.isolation !== 'pods') return undefined;
  return { council, step, stepSeconds: step.timeoutSeconds ?? spec.defaults.timeoutSeconds };
}

const known = new WeakMap<CouncilSpec, WeakMap<StepNode, Map<number, StepNode>>>();

/**
 * Where the parts of one stage stand: to the planner a deliberation is a loop whose iterations are its stages. The nodes of its
 * members are in no graph, so that nothing can refer to them.
 */
export function stageFrame({ node, frame }: Place, parts: CouncilInPods, stage: number): Frame {
  const ofCouncil = known.get(parts.council) ?? new WeakMap<StepNode, Map<number, StepNode>>();
  known.set(parts.council, ofCouncil);
  const stages = ofCouncil.get(node) ?? new Map<number, StepNode>();
  ofCouncil.set(node, stages);
  const loop = stages.get(stage) ?? stageNode(node, parts, stage);
  stages.set(stage, loop);
  return iterationFrame(loop, frame, { index: stage, item: null });
}

/** The step as the loop of one of its stages. */
function stageNode(node: StepNode, parts: CouncilInPods, stage: number): StepNode {
  const children: StepNode[] = [];
  const loop: StepNode = { ...node, children };
  children.push(...seatsAt(parts.council, stage).map((seat) => seatNode(loop, parts, seat)));
  return loop;
}

function seatNode(loop: StepNode, parts: CouncilInPods, seat: CouncilSeat): StepNode {
  const { index, path, dependencies } = loop;
  return {
    ...{ name: seat.speaker, step: stepOfSeat(parts, seat), index, path, placement: 'loop', parent: loop, loop, seat },
    ...{ routeIndex: undefined, children: [], routed: [], dependencies, activators: [] },
  };
}

/** What one of them does by itself: what follows from the deliberation is the step's own, and no failure of one ends it. */
function stepOfSeat({ council, step, stepSeconds }: CouncilInPods, { speaker }: CouncilSeat): CouncilStep {
  const { type, council: councilName, topic, inputs, modelRef, retryPolicy, resources, placement } = step;
  return {
    ...{ name: speaker, type, council: councilName, topic, timeoutSeconds: secondsOfSeat(council, stepSeconds) },
    ...defined({ inputs, modelRef, retryPolicy, resources, placement }),
    onError: { continueOnFailure: true },
  };
}

/** The place of the step that a part of a deliberation belongs to; undefined for what is none. */
export function deliberationOf(run: Run, { node: { seat }, frame: { loop, parent } }: Place): Place | undefined {
  if (seat === undefined || loop === undefined || parent === undefined) return undefined;
  return { node: run.graph.byName.get(loop.name) ?? loop, frame: parent };
}
