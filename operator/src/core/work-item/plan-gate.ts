import type { GateStatus } from '../../api/gate-status.ts';
import type { JsonValue } from '../../api/json.ts';
import { formatDecisionKey, formatSlot, requesterAnnotation } from '../decision/decision-key.ts';
import { type Decision, shortDigest, whyNotCounted } from '../decision/may-decide.ts';
import { defined, without } from '../defined.ts';
import { digestOf } from '../digest.ts';
import { clipMessage } from './clip-message.ts';
import { decidedUnder } from './decided-under.ts';
import { closeGateAs, takeExcerpts } from './gate-excerpts.ts';
import { quorumFor, whyNotInProduction } from './judge-production.ts';
import type { Run } from './run.ts';

/** What is asked at a gate. */
export interface GateRequest {
  readonly name: string;
  /** Path of the step that waits; none for the start of a run. */
  readonly step?: string;
  /** Action of the lifecycle that it guards. */
  readonly action?: string;
  readonly approvals: GateStatus['approvals'];
  readonly production?: boolean | undefined;
  readonly allowRequester?: boolean | undefined;
  readonly allowedServiceAccounts?: string[] | undefined;
  readonly expiresSeconds?: number | undefined;
  readonly message?: string | undefined;
  /** What the people are shown, and what their approval covers beside the run itself. */
  readonly shown: JsonValue;
}

/** What has come of a gate. */
export type GateVerdict =
  | 'open'
  | {
      readonly state: 'Approved' | 'Rejected' | 'Expired';
      readonly approvers: readonly string[];
      readonly message: string;
    };

/** Opens a gate, anew when it was decided before: each round needs decisions of its own. */
export function openGate(run: Run, request: GateRequest): void {
  const before = run.gates.get(request.name);
  const { name, step, action, approvals, production = false, allowRequester = false, allowedServiceAccounts } = request;
  const content = run.storeArtifact(request.shown);
  const round = (before?.round ?? 0) + 1;
  const message = request.message?.slice(0, 4096);
  const previousContent = before?.content;
  run.gates.set(name, {
    ...{ name, state: 'Open', round, production, allowRequester, content, openedAt: run.now },
    approvals: quorumFor(run, approvals, production),
    digest: digestAt(run, { name, round, content, message }),
    ...takeExcerpts(run, name, request.shown),
    ...defined({ step, action, previousContent, allowedServiceAccounts, message, expiresAt: expiryOf(run, request) }),
    // Why it was sent back before stays: it is the feedback of the next attempts.
    ...keepRejections(before),
  });
  run.changes += 1;
}

const expiryOf = (run: Run, { expiresSeconds }: GateRequest) =>
  expiresSeconds === undefined ? undefined : new Date(run.nowMs + expiresSeconds * 1000).toISOString();

const keepRejections = (before: GateStatus | undefined): Pick<GateStatus, 'decisions'> => {
  const last = before?.decisions?.findLast(({ decision }) => decision === 'rejected');
  return last === undefined ? {} : { decisions: [last] };
};

/** Exactly what is decided on: the run, the policies, what is pinned, the inputs, what is shown and asked, and the round. */
function digestAt(run: Run, gate: Pick<GateStatus, 'name' | 'round' | 'content' | 'message'>): string {
  const { workItem, pinned } = run.observed;
  const { name, round, content, message } = gate;
  const on = { uid: workItem.metadata.uid, epoch: decidedUnder(run), pinned: pinned.digest, inputs: run.inputs };
  return digestOf({ ...on, gate: name, round, content, message });
}

/** Takes the decisions at an open gate that are on exactly what it asks now, and says what has come of it. */
export function judgeGate(run: Run, name: string): GateVerdict {
  const recorded = run.gates.get(name);
  if (recorded === undefined) throw new Error(`the gate ${name} was never opened`);
  if (recorded.state !== 'Open') return verdictOf(recorded, recorded.state);
  const approvals = quorumFor(run, recorded.approvals, recorded.production);
  const gate = takeDecisions(run, { ...recorded, approvals, digest: digestAt(run, recorded) });
  const state = stateOfGate(run, gate);
  const after = state === 'Open' ? gate : closeGateAs(gate, state, run.now);
  if (
    after.state !== recorded.state ||
    after.digest !== recorded.digest ||
    after.decisions !== recorded.decisions ||
    approvals !== recorded.approvals
  ) {
    run.gates.set(name, after);
    run.changes += 1;
  }
  if (state === 'Open') {
    waitForPeople(run, after);
    return 'open';
  }
  return verdictOf(after, state);
}

/** The gate with the decisions that it has not recorded yet. */
function takeDecisions(run: Run, gate: GateStatus): GateStatus {
  const { workItem, facts } = run.observed;
  // Without the policies nobody knows who really decided.
  if (facts.policyEpoch === undefined) return gate;
  // What people saw was planned from another spec: this plan comes first.
  if (workItem.status?.observedGeneration !== workItem.metadata.generation) return gate;
  const recorded = gate.decisions ?? [];
  const counted = [...recorded];
  for (const fact of facts.decisions) {
    if (fact.gate !== gate.name || isRecorded(counted, fact)) continue;
    const why = whyNotCounted(fact, gate, { requester: requesterOf(run), nowMs: run.nowMs, counted });
    if (why === undefined) counted.push(without(fact, 'gate'));
  }
  return counted.length === recorded.length ? gate : { ...gate, decisions: counted.slice(-72) };
}

const isRecorded = (recorded: readonly Decision[], { slot, digest, user }: Decision) =>
  recorded.some((other) => other.slot === slot && other.digest === digest && other.user === user);

const requesterOf = ({ observed }: Run) => observed.workItem.metadata.annotations?.[requesterAnnotation];

function stateOfGate(run: Run, gate: GateStatus): GateStatus['state'] {
  const isAsked = ({ role }: Decision) => gate.approvals.some((quorum) => quorum.role === role);
  const valid = (gate.decisions ?? []).filter((decision) => decision.digest === gate.digest && isAsked(decision));
  if (valid.some(({ decision }) => decision === 'rejected')) return 'Rejected';
  if (missingApprovals(gate).length === 0 && whyNotYet(run, gate) === undefined) return 'Approved';
  if (gate.expiresAt === undefined) return 'Open';
  run.wakeAt(Date.parse(gate.expiresAt));
  return Date.parse(gate.expiresAt) <= run.nowMs ? 'Expired' : 'Open';
}

/** What keeps it closed, whoever approves: for production there is more to it. */
const whyNotYet = (run: Run, { production }: GateStatus) => (production ? whyNotInProduction(run) : undefined);

/** The roles whose people have not approved yet, and how many of them are missing. */
function missingApprovals(gate: GateStatus): { readonly role: string; readonly missing: number }[] {
  return gate.approvals.flatMap(({ role, count = 1 }) => {
    const users = new Set(
      (gate.decisions ?? [])
        .filter((each) => each.digest === gate.digest && each.role === role && each.decision === 'approved')
        .map(({ user }) => user),
    );
    return users.size >= count ? [] : [{ role, missing: count - users.size }];
  });
}

function waitForPeople(run: Run, gate: GateStatus): void {
  const { name, step, openedAt: since, digest } = gate;
  const where = { name, ...(step === undefined ? {} : { step }), since };
  const obstacle = whyNobodyCanDecide(run, gate);
  if (obstacle !== undefined) {
    run.waitFor({ kind: 'policy', ...where, message: clipMessage(obstacle) });
    return;
  }
  const notYet = whyNotYet(run, gate);
  if (notYet !== undefined) run.waitFor({ kind: 'policy', ...where, message: clipMessage(notYet) });
  const missing = missingApprovals(gate);
  if (missing.length === 0) return;
  const roles = missing.map(({ role }) => role);
  const total = missing.reduce((sum, each) => sum + each.missing, 0);
  const asked = `waits for ${total} approval${total === 1 ? '' : 's'} at the gate ${name}: ${roles.join(', ')}`;
  const message = `${asked}; to approve ${shortDigest(digest)}: ${approvingCommand(run, gate, roles[0] ?? '')}`;
  run.waitFor({ kind: 'decision', ...where, message: clipMessage(message), roles, missing: total, digest });
}

function whyNobodyCanDecide(run: Run, { allowRequester }: GateStatus): string | undefined {
  const { policyEpoch, policyProblem } = run.observed.facts;
  if (policyEpoch === undefined) {
    const problem = policyProblem?.message ?? 'the policies that make decisions trustworthy are missing';
    return `no decision is taken: ${problem}`;
  }
  if (allowRequester || requesterOf(run) !== undefined) return undefined;
  return `no decision is taken: the gate excludes the requester, and no annotation ${requesterAnnotation} says who that is`;
}

/** What a person of a role can paste, with the digest that the person is shown. */
function approvingCommand(run: Run, gate: GateStatus, role: string): string {
  const { name, namespace = '' } = run.observed.workItem.metadata;
  const taken = new Set(gate.decisions?.filter(({ digest }) => digest === gate.digest).map(({ slot }) => slot));
  const indexes = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const index = indexes.find((each) => !taken.has(formatSlot({ name: gate.name, role, index: each }))) ?? 1;
  const key = formatDecisionKey({ kind: 'approval', name: gate.name, role, index });
  return `kubectl annotate workitem ${name} -n ${namespace} ${key}='approved ${shortDigest(gate.digest)}'`;
}

function verdictOf(gate: GateStatus, state: 'Approved' | 'Rejected' | 'Expired'): GateVerdict {
  const valid = (gate.decisions ?? []).filter(({ digest }) => digest === gate.digest);
  const approvers = [...new Set(valid.filter(({ decision }) => decision === 'approved').map(({ user }) => user))];
  const comments = valid.flatMap(({ comment }) => (comment === undefined ? [] : [comment]));
  const last = comments.at(-1) ?? '';
  return { state, approvers, message: state === 'Expired' ? `nobody decided by ${gate.expiresAt ?? ''}` : last };
}
