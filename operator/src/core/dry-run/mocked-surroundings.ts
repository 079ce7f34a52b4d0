import type { GateStatus } from '../../api/gate-status.ts';
import type { JsonValue } from '../../api/json.ts';
import { defined } from '../defined.ts';
import type { Issue } from '../issue.ts';
import { validateJson } from '../json-schema/validate-json.ts';
import type { PipelineGraph, StepNode } from '../pipeline/step-node.ts';
import { isTemplate } from '../template/parse-template.ts';
import { readPath } from '../template/navigate.ts';
import { NamePattern } from '../validation/name-pattern.ts';
import type { StartAttempt } from '../work-item/work-item-plan.ts';
import type { DryRunWarning } from './dry-run-report.ts';
import type { MadeUpValues } from './made-up-values.ts';
import {
  findStepMock,
  type MockedDecision,
  type MockedOutcome,
  mockedDecision,
  mockedOutcome,
  type Mocks,
} from './mocks.ts';
import { mockedAction } from './mocked-actions.ts';
import type { Decided, Execution, Surroundings } from './virtual-world.ts';

/** A world that does what its mocks say, and makes up the rest. */
export class MockedSurroundings implements Surroundings {
  /** Mocks that do not fit what their steps give. */
  readonly issues: Issue[] = [];
  readonly warnings: DryRunWarning[] = [];
  /** Attempts that were executed so far. */
  attempts = 0;
  readonly #mocks: Mocks;
  readonly #graph: PipelineGraph;
  readonly #values: MadeUpValues;

  constructor(mocks: Mocks, graph: PipelineGraph, values: MadeUpValues) {
    this.#mocks = mocks;
    this.#graph = graph;
    this.#values = values;
  }

  execute({ path, attempt, step }: StartAttempt): Execution {
    this.attempts += 1;
    const node = nodeAt(this.#graph, path);
    const mocked = mockedOutcome(this.#mocks, path, attempt);
    const { durationSeconds, error } = mocked;
    if (error !== undefined) {
      const { message, reason = 'Failed', retryable } = error;
      return { durationSeconds, outcome: { result: 'Failed', reason, message, ...defined({ retryable }) } };
    }
    const outputs = mocked.outputs ?? this.#values.resultOf(node, step);
    this.issues.push(...findMisfits(mocked, path, this.#values.schemaOf(node, step)));
    const outcome = { result: 'Succeeded' as const, outputs };
    if (step.type !== 'data_transform') return { durationSeconds, outcome };
    return { durationSeconds, outcome, asset: { name: step.asset, value: outputs } };
  }

  decide(gate: GateStatus): ReturnType<Surroundings['decide']> {
    const mocked = mockedDecision(this.#mocks, gate.name, gate.round);
    return mocked && { durationSeconds: mocked.durationSeconds, decisions: decisionsAt(gate, mocked) };
  }

  act(...[lifecycle, taken]: Parameters<Surroundings['act']>): ReturnType<Surroundings['act']> {
    return mockedAction(this.#mocks, lifecycle, taken);
  }

  judge(policy: string): ReturnType<Surroundings['judge']> {
    const message = `the policy ${policy} was not asked: here it allows everything, and on a cluster it may refuse`;
    if (!this.warnings.some((warning) => warning.message === message))
      this.warnings.push({ code: 'PolicyAssumed', message });
    return { allowed: true };
  }

  supply(name: string, path: string): ReturnType<Surroundings['supply']> {
    const node = nodeAt(this.#graph, path);
    const { outputs, error, durationSeconds } = mockedOutcome(this.#mocks, path, 1);
    // What never comes is waited for until the step gives up.
    if (error !== undefined) return undefined;
    const value = assetIn(outputs?.['assets'], name);
    if (value !== undefined) return { durationSeconds, value };
    if (isRecordedBy(this.#graph, name)) return undefined;
    const message = `no step records the asset ${name}: it is made up here, and comes from outside on a cluster`;
    this.warnings.push({ code: 'AssetMadeUp', step: path, message });
    const said = findStepMock(this.#mocks, path)?.mock.durationSeconds;
    return { durationSeconds: said ?? 0, value: this.#values.assetFor(node, name) };
  }
}

function nodeAt(graph: PipelineGraph, path: string): StepNode {
  const node = graph.byName.get(path.slice(path.lastIndexOf('.') + 1));
  if (node === undefined) throw new Error(`the planner works on ${path}, which is no step of the pipeline`);
  return node;
}

/** Mistakes told of one mock. */
const mostFindings = 10;

/** What is wrong with the outputs of a mock, as the schema of its step sees it. */
function findMisfits(
  { outputs, path: at = [] }: MockedOutcome,
  step: string,
  schema: ReturnType<MadeUpValues['schemaOf']>,
): Issue[] {
  if (outputs === undefined || schema === undefined) return [];
  const validated = validateJson(schema, outputs);
  // A schema that cannot be used is told by the validation of the pipeline.
  if ('problem' in validated) return [];
  return validated.findings.slice(0, mostFindings).map(({ path, message, hint }) => ({
    code: 'MockMisfit',
    path: [...at, ...path],
    message: `the outputs of ${step} do not fit its schema: ${String(path.at(-1) ?? 'they')} ${message}`,
    ...(hint === undefined ? {} : { hint }),
  }));
}

/** As many people as the gate asks for, or those that the mock names, in order: nobody decides in two roles. */
function decisionsAt({ name, approvals }: GateStatus, { decision, comment, ...mocked }: MockedDecision): Decided[] {
  const by = typeof mocked.by === 'string' ? [mocked.by] : mocked.by;
  const named = [...(by ?? [])];
  const said = defined({ comment });
  let people = 0;
  const someone = () => (people++ === 0 ? 'dry-run' : `dry-run-${people}`);
  if (decision === 'rejected') {
    const role = approvals[0]?.role ?? 'review';
    return [{ slot: `${name}.${role}`, role, user: by?.[0] ?? someone(), decision, ...said }];
  }
  return approvals.flatMap(({ role, count = 1 }) => {
    const users = by === undefined ? Array.from({ length: count }, someone) : named.splice(0, count);
    return users.map((user, index) => {
      const slot = `${name}.${role}${index === 0 ? '' : `-${index + 1}`}`;
      return { slot, role, user, decision, ...said };
    });
  });
}

/** An asset under its whole name, or under the parts of it. */
function assetIn(assets: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof assets !== 'object' || assets === null || Array.isArray(assets)) return undefined;
  if (Object.hasOwn(assets, name)) return (assets as Readonly<Record<string, JsonValue>>)[name];
  return readPath(assets, name);
}

/** Whether a step of the pipeline may record an asset. */
function isRecordedBy({ nodes }: PipelineGraph, name: string): boolean {
  const names = nodes.flatMap(({ step }) => [
    ...Object.values(step.outputs ?? {}),
    ...(step.type === 'data_transform' ? [step.asset] : []),
  ]);
  return names.some((each) => each === name || (isTemplate(each) && new NamePattern(each).matches(name)));
}
