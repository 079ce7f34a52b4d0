import type { JsonValue } from '../../api/json.ts';
import {
  actionMock,
  type ActionMock,
  gateMock,
  mockDuration,
  type GateMock,
  type MockAttempt,
  type StepMock,
  stepMock,
} from '../../api/mocks.ts';
import type { Lifecycle } from '../../api/lifecycle.ts';
import { sourceLimits } from '../document/limits.ts';
import { isPlainObject } from '../dsl/is-plain-object.ts';
import type { Issue, IssuePath } from '../issue.ts';
import { gatesOfLifecycle } from '../lifecycle/definition-of.ts';
import type { PipelineGraph } from '../pipeline/step-node.ts';
import { findTemplates } from '../template/find-references.ts';
import { describeValue } from '../validation/describe-value.ts';
import { findExcessDepth } from '../validation/find-excess-depth.ts';
import { findSchemaIssues } from '../validation/schema-issues.ts';
import { findActionProblem, findGate, findPatternProblem, findRoleProblems } from './find-mock-problems.ts';
import { mockPattern } from './mock-pattern.ts';
import { type Mocks, type StepMockEntry, usualDurationSeconds } from './mocks.ts';

/** Mocks as they can be used, or everything that is wrong with them. */
export type ParsedMocks = { readonly mocks: Mocks } | { readonly issues: readonly Issue[] };

/** Keys at the top of a document that are no steps. */
export const mockFields = ['steps', 'approvals', 'actions', 'durationSeconds'] as const;

/** Issues told of one document. */
const mostIssues = 100;

/**
 * Reads a document of mocks: under `steps`, and at the top beside `approvals`, `actions` and `durationSeconds`, each key is the
 * name or the path of steps. Each of them must speak of a step of the pipeline, or of a gate or an action of its lifecycle.
 */
export function parseMocks(document: unknown, graph: PipelineGraph, lifecycle?: Lifecycle): ParsedMocks {
  if (!isPlainObject(document)) {
    const message = `mocks must be an object by the names of steps, found ${describeValue(document)}`;
    return { issues: [{ code: 'WrongType', path: [], message }] };
  }
  const excess = findExcessDepth(document, sourceLimits.depth);
  if (excess !== undefined) return { issues: [excess] };
  const parser = new MocksParser(graph, lifecycle);
  for (const [key, value] of Object.entries(document)) parser.readField(key, value);
  return parser.issues.length > 0 ? { issues: parser.issues.slice(0, mostIssues) } : { mocks: parser };
}

class MocksParser implements Mocks {
  readonly issues: Issue[] = [];
  readonly steps: StepMockEntry[] = [];
  readonly approvals = new Map<string, GateMock>();
  readonly actions = new Map<string, ActionMock>();
  durationSeconds = usualDurationSeconds;
  readonly #graph: PipelineGraph;
  readonly #lifecycle: Lifecycle | undefined;

  constructor(graph: PipelineGraph, lifecycle: Lifecycle | undefined) {
    this.#graph = graph;
    this.#lifecycle = lifecycle;
  }

  readField(key: string, value: unknown): void {
    if (this.#isFull) return;
    const path = [key];
    if (key === 'steps') this.#readEach(value, path, (name, mock) => this.#readStep(name, mock, [...path, name]));
    else if (key === 'approvals')
      this.#readEach(value, path, (name, mock) => this.#readGate(name, mock, [...path, name]));
    else if (key === 'actions')
      this.#readEach(value, path, (name, mock) => this.#readAction(name, mock, [...path, name]));
    else if (key !== 'durationSeconds') this.#readStep(key, value, path);
    else if (this.#fits(mockDuration, value, path)) this.durationSeconds = value as number;
  }

  #readEach(value: unknown, path: IssuePath, read: (name: string, value: unknown) => void): void {
    if (isPlainObject(value)) for (const [name, inner] of Object.entries(value)) read(name, inner);
    else this.issues.push({ code: 'WrongType', path, message: `must be an object, found ${describeValue(value)}` });
  }

  /** Whoever has so many mistakes mends these first. */
  get #isFull(): boolean {
    return this.issues.length >= mostIssues;
  }

  #readStep(text: string, value: unknown, path: IssuePath): void {
    if (this.#isFull) return;
    const pattern = mockPattern(text);
    const problem = findPatternProblem(pattern, this.#graph, path.length === 1 ? mockFields : []);
    if (problem !== undefined) this.issues.push({ ...problem, path });
    // Nothing that is assigned by the schema is used: keys of outputs are the user's own.
    else if (this.#fits(stepMock, value, path) && !this.#hasTemplates(value as StepMock, path))
      this.steps.push({ pattern, mock: value as StepMock, path });
  }

  #readGate(name: string, value: unknown, path: IssuePath): void {
    if (this.#isFull) return;
    const found = findGate(name, this.#graph, gatesOfLifecycle(this.#lifecycle));
    if (!('gate' in found)) this.issues.push({ ...found, path });
    else if (this.#fits(gateMock, value, path)) this.approvals.set(found.gate, value as GateMock);
  }

  #readAction(name: string, value: unknown, path: IssuePath): void {
    if (this.#isFull) return;
    const problem = findActionProblem(name, this.#lifecycle);
    if (problem !== undefined) this.issues.push({ ...problem, path });
    else if (this.#fits(actionMock, value, path)) {
      const mock = value as ActionMock;
      const roles = findRoleProblems(name, mock, this.#lifecycle);
      this.issues.push(...roles.map((issue) => ({ ...issue, path: [...path, ...issue.path] })));
      if (roles.length === 0) this.actions.set(name, mock);
    }
  }

  #fits(schema: Parameters<typeof findSchemaIssues>[0], value: unknown, path: IssuePath): boolean {
    const issues = findSchemaIssues(schema, value, mostIssues);
    this.issues.push(...issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] })));
    return issues.length === 0;
  }

  /** Outputs are values. A template in one would be taken for text, which nobody means. */
  #hasTemplates(mock: StepMock, path: IssuePath): boolean {
    const before = this.issues.length;
    const message = 'outputs of a mock are values, and may not contain templates';
    for (const { outputs, at } of outputsIn(mock)) {
      for (const found of findTemplates(outputs)) {
        this.issues.push({ code: 'TemplateInMock', path: [...path, ...at, ...found], message });
        if (this.#isFull) return true;
      }
    }
    return this.issues.length > before;
  }
}

function outputsIn(mock: StepMock): { readonly outputs: JsonValue; readonly at: IssuePath }[] {
  const of = ({ outputs }: MockAttempt, at: IssuePath) =>
    outputs === undefined ? [] : [{ outputs, at: [...at, 'outputs'] }];
  return [...of(mock, []), ...(mock.attempts ?? []).flatMap((attempt, index) => of(attempt, ['attempts', index]))];
}
