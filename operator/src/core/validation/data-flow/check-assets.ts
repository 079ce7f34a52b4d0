import type { PipelineSpec } from '../../../api/pipeline.ts';
import type { Step } from '../../../api/step/step.ts';
import type { Issue, IssuePath } from '../../issue.ts';
import { pipelineGraph } from '../../pipeline/pipeline-graph.ts';
import { isInside, loopsAround } from '../../pipeline/scope-rules.ts';
import type { StepNode } from '../../pipeline/step-node.ts';
import { quote } from '../../quote.ts';
import { isTemplate } from '../../template/parse-template.ts';
import type { DataFlow } from './data-flow.ts';
import type { Guards } from './guards.ts';
import { NamePattern } from '../name-pattern.ts';
import { StepOrder } from './step-order.ts';

/** Steps that write one asset and are compared with each other; of more, the rest is not looked at. */
const MOST_WRITERS = 64;
/** Names with templates that an awaited asset is compared with; with more, any asset may be recorded. */
const MOST_PATTERNS = 200;

/** A step that records an asset, and where it says so. */
interface Writer {
  readonly node: StepNode;
  readonly asset: string;
  readonly path: IssuePath;
}

/** Assets that two steps may write at the same time: which of the two is read then is chance. */
export function findAssetConflicts(flow: DataFlow, guards: Guards): Issue[] {
  const writers = flow.graph.nodes.flatMap(writersOf);
  const groups = new Map<string, Writer[]>();
  for (const writer of writers) {
    // A name with templates means the same only where the same loop variables are known.
    const key = `${isTemplate(writer.asset) ? (writer.node.loop?.index ?? '') : ''} ${writer.asset}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [writer]);
    else group.push(writer);
  }
  const shared = [...groups.values()].filter(({ length }) => length > 1);
  if (shared.length === 0) return writers.flatMap(findLoopConflict);
  const order = new StepOrder(flow);
  const mayMeet = (left: StepNode, right: StepNode) =>
    !order.isBefore(left, right) &&
    !order.isBefore(right, left) &&
    !guards.areExclusive(left, right) &&
    !areAkin(left, right);
  return [...shared.flatMap((group) => conflictIn(group, mayMeet)), ...writers.flatMap(findLoopConflict)];
}

/** One stands in the other, or stands in for it. */
function areAkin(left: StepNode, right: StepNode): boolean {
  if (isInside(left, right) || isInside(right, left)) return true;
  return left.activators.some(({ by }) => by === right) || right.activators.some(({ by }) => by === left);
}

function conflictIn(group: readonly Writer[], mayMeet: (left: StepNode, right: StepNode) => boolean): Issue[] {
  const compared = group.slice(0, MOST_WRITERS);
  for (const [position, writer] of compared.entries()) {
    const other = compared.slice(0, position).find(({ node }) => node !== writer.node && mayMeet(node, writer.node));
    if (other !== undefined) {
      const names = `'${other.node.name}' and '${writer.node.name}'`;
      return [conflict(writer, `steps ${names} may write the asset ${quote(writer.asset)} at the same time`)];
    }
  }
  return [];
}

/** Iterations that run side by side write the same asset when nothing in its name tells them apart. */
function findLoopConflict(writer: Writer): Issue[] {
  if (isTemplate(writer.asset)) return [];
  const loop = loopsAround(writer.node).find(({ step }) => step.type === 'loop' && (step.maxParallel ?? 1) > 1);
  if (loop === undefined) return [];
  const message = `iterations of '${loop.name}' run side by side, and all of them write the asset ${quote(writer.asset)}`;
  return [conflict(writer, message)];
}

function conflict({ path }: Writer, message: string): Issue {
  const hint = 'give each one a name of its own (in a loop with its variable), or let one step depend on the other';
  return { code: 'AssetConflict', severity: 'warning', path, message, hint };
}

function writersOf(node: StepNode): Writer[] {
  return assetsOf(node.step).map(({ asset, path }) => ({ node, asset, path: [...node.path, ...path] }));
}

/** The assets that a step records, and where it names them. */
function assetsOf(step: Step): { readonly asset: string; readonly path: IssuePath }[] {
  const outputs = Object.entries(step.outputs ?? {}).map(([key, asset]) => ({ asset, path: ['outputs', key] }));
  return step.type === 'data_transform' ? [{ asset: step.asset, path: ['asset'] }, ...outputs] : outputs;
}

/** Assets that a step waits for and that no step of a known Pipeline records: they must come from outside. */
export function findForeignAssets({ graph, spec, world }: DataFlow): Issue[] {
  const waiting = graph.nodes.filter(({ step }) => step.type === 'wait_for_asset' && step.assets !== undefined);
  if (waiting.length === 0) return [];
  const recorded = recordedAssets([spec, ...world.world.pipelines.map((pipeline) => pipeline.spec)]);
  if (recorded.patterns.length > MOST_PATTERNS) return [];
  return waiting.flatMap(({ step, path }) =>
    (step.type === 'wait_for_asset' ? (step.assets ?? []) : []).flatMap((asset, index): Issue[] => {
      const isKnown = isTemplate(asset) || recorded.names.has(asset);
      if (isKnown || recorded.patterns.some((pattern) => pattern.matches(asset))) return [];
      return [foreign(asset, [...path, 'assets', index])];
    }),
  );
}

function foreign(asset: string, path: IssuePath): Issue {
  return {
    code: 'AssetNotRecorded',
    severity: 'warning',
    path,
    message: `no step records the asset ${quote(asset)}: it must come from outside, as an event`,
    hint: 'fine when another system announces it; else name an asset of `outputs`',
  };
}

function recordedAssets(specs: readonly PipelineSpec[]) {
  const assets = specs.flatMap((spec) => pipelineGraph(spec).nodes.flatMap(({ step }) => assetsOf(step)));
  const names = new Set(assets.map(({ asset }) => asset));
  const patterns = [...names].filter(isTemplate).slice(0, MOST_PATTERNS + 1);
  return { names, patterns: patterns.map((name) => new NamePattern(name)) };
}
