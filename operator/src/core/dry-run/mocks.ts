import type { JsonObject } from '../../api/json.ts';
import type { ActionMock, DecisionMock, GateMock, StepMock } from '../../api/mocks.ts';
import { defined } from '../defined.ts';
import type { IssuePath } from '../issue.ts';
import { compareExactness, type MockPattern } from './mock-pattern.ts';

/** How long things take that do not say it themselves, in seconds of the virtual clock. */
export const usualDurationSeconds = 1;

/** What stands in for the world outside of the planner. */
export interface Mocks {
  /** In the order of the document. */
  readonly steps: readonly StepMockEntry[];
  /** What people decide, by the name of the gate. */
  readonly approvals: ReadonlyMap<string, GateMock>;
  /** What people do in the lifecycle, by the action, in the order of the document. */
  readonly actions: ReadonlyMap<string, ActionMock>;
  /** How long everything takes that does not say it itself, in seconds. */
  readonly durationSeconds: number;
}

/** The mock of some steps, and where it stands in its document. */
export interface StepMockEntry {
  readonly pattern: MockPattern;
  readonly mock: StepMock;
  readonly path: IssuePath;
}

/** Nothing is mocked. */
export const noMocks: Mocks = {
  steps: [],
  approvals: new Map(),
  actions: new Map(),
  durationSeconds: usualDurationSeconds,
};

/** The mock that speaks of a step most exactly; of equally exact ones the last. */
export function findStepMock({ steps }: Mocks, path: string): StepMockEntry | undefined {
  let best: StepMockEntry | undefined;
  for (const entry of steps) {
    if (!entry.pattern.matches(path)) continue;
    if (best === undefined || compareExactness(entry.pattern, best.pattern) >= 0) best = entry;
  }
  return best;
}

/** How one attempt ends. */
export interface MockedOutcome {
  readonly durationSeconds: number;
  /** Given by a mock; to be made up when neither these nor an error are there. */
  readonly outputs?: JsonObject;
  readonly error?: {
    readonly message: string;
    readonly reason?: string | undefined;
    readonly retryable?: boolean | undefined;
  };
  /** Where the outputs stand in the document of the mocks. */
  readonly path?: IssuePath;
}

/** How an attempt of a step ends; `number` counts from 1. Nothing is said of a step without a mock but its duration. */
export function mockedOutcome(mocks: Mocks, path: string, number: number): MockedOutcome {
  const entry = findStepMock(mocks, path);
  if (entry === undefined) return { durationSeconds: mocks.durationSeconds };
  const { attempts, durationSeconds: usual = mocks.durationSeconds } = entry.mock;
  const index = Math.min(number, attempts?.length ?? 0) - 1;
  const attempt = attempts?.[index];
  const { outputs, error, durationSeconds = usual } = attempt ?? entry.mock;
  const at = attempt === undefined ? entry.path : [...entry.path, 'attempts', index];
  return { durationSeconds, ...defined({ error, outputs, path: outputs && [...at, 'outputs'] }) };
}

/** What people decide at a gate. */
export interface MockedDecision {
  readonly decision: 'approved' | 'rejected';
  readonly comment?: string | undefined;
  /** Who decides; as many people as the gate asks for when it is left out. */
  readonly by?: string | readonly string[] | undefined;
  readonly durationSeconds: number;
}

/**
 * What is decided in a round of a gate; `round` counts from 1. The last approval repeats; a rejection does not, because it
 * would send the work back for ever. Undefined when nobody decides.
 */
export function mockedDecision(mocks: Mocks, gate: string, round: number): MockedDecision | undefined {
  const mock = mocks.approvals.get(gate) ?? [];
  const rounds = Array.isArray(mock) ? (mock as readonly DecisionMock[]) : [mock];
  const decided = rounds[Math.min(round, rounds.length) - 1];
  if (decided === undefined) return undefined;
  const { durationSeconds = mocks.durationSeconds, ...said } =
    typeof decided === 'string' ? { decision: decided } : decided;
  return said.decision === 'rejected' && round > rounds.length ? undefined : { durationSeconds, ...said };
}
