/** The real operator with its own rights, the shipped policies and ClusterRoles, and people who decide as people do. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { WorkItem } from '../src/api/work-item.ts';
import { runCli } from '../src/cli/run-cli.ts';
import { GovernedWorld } from './governed-world.ts';
import { kubectl } from './kubectl.ts';
import type { OperatorProcess } from './operator-process.ts';
import { writePersonKubeconfig } from './test-people.ts';
import { phasesOf, stepOf, until, Work } from './work-items.ts';

/** Who acts in which role. */
const team = { paula: 'planning', ivan: 'implementation', rob: 'review', sam: 'safety', dora: 'deployment' };
type Member = keyof typeof team;

let world: GovernedWorld;
let operator: OperatorProcess;

beforeAll(async () => {
  world = await GovernedWorld.start();
  for (const [who, role] of Object.entries(team)) {
    await world.people.add(who, { verbs: [], clusterRoles: [`conclave-role-${role}`] });
    writePersonKubeconfig(world.kubeconfigOf(who), who);
  }
  operator = world.startOperator();
});

afterAll(() => world.stop());

/** `kubectl annotate` as somebody. */
const annotates = (who: Member, item: string, annotation: string) =>
  kubectl(['--kubeconfig', world.kubeconfigOf(who), '-n', world.namespace, 'annotate', 'workitem', item, annotation]);

/** `conclave …` as somebody: its exit code, and what it wrote. */
async function conclave(who: Member, words: readonly string[]) {
  let written = '';
  const write = (text: string): void => void (written += text);
  const terminal = { input: process.stdin, out: write, err: write, colours: { out: false, err: false } };
  const all = [...words, '--kubeconfig', world.kubeconfigOf(who), '-n', world.namespace];
  return { exitCode: await runCli({ words: all, terminal, version: 'test' }), written };
}

/** A delivery that rita asks for. */
async function aDelivery(name: string): Promise<Work> {
  const work = new Work(world.rita, world.namespace);
  const build = {
    ...{ name: 'build', type: 'custom_code', runtime: 'python3', code: { source: 'inline', content: 'pass' } },
    ...{ placement: world.engine.node.placement, inState: ['InProgress'] },
  };
  await work.add(name, { pipelineSpec: { lifecycle: { preset: 'delivery' }, steps: [build] } });
  return work;
}

const stateOf = ({ status }: WorkItem) => status?.lifecycle?.state;
const comesTo = (work: Work, name: string, state: string) =>
  until(`${name} comes to ${state}`, async () => stateOf(await work.get(name)) === state);
const offers = async (work: Work, name: string, action: string) => {
  await until(`${name} offers ${action}`, async () => {
    const { status, metadata } = await work.get(name);
    const isCurrent = status?.observedGeneration === metadata.generation;
    return isCurrent && status?.lifecycle?.actions?.some((each) => each.name === action) === true;
  });
  return (await work.get(name)).status?.lifecycle?.digest?.slice('sha256:'.length, 'sha256:'.length + 8) ?? '';
};
const builtAgain = (work: Work, name: string, times: number) =>
  until(`${name} is built ${times} times`, async () => {
    const item = await work.get(name);
    return phasesOf(item)['build'] === 'Succeeded' && (stepOf(item, 'build')?.round ?? 1) === times;
  });

const deployGate = async (work: Work) => (await work.get('ship')).status?.gates?.find(({ name }) => name === 'deploy');

describe('a delivery', () => {
  it('goes from its draft to production through the hands of its people, a rejection with rework included', async () => {
    const admin = new Work(world.engine.client, world.namespace);
    await admin.addTenant({ safety: { allowProduction: false } });
    const work = await aDelivery('ship');

    await offers(work, 'ship', 'submit');
    await annotates('paula', 'ship', 'action.conclave.dev/submit.planning=small enough');
    await builtAgain(work, 'ship', 1);

    await offers(work, 'ship', 'request_review');
    await annotates('ivan', 'ship', `action.conclave.dev/request_review.implementation=done`);
    await offers(work, 'ship', 'reject');
    await annotates('rob', 'ship', 'action.conclave.dev/reject.review=the tests are missing');
    await builtAgain(work, 'ship', 2);
    expect((await work.get('ship')).status?.lifecycle).toMatchObject({
      ...{ state: 'InProgress', round: 1, feedback: 'the tests are missing' },
    });

    await offers(work, 'ship', 'request_review');
    await annotates('ivan', 'ship', 'action.conclave.dev/request_review.implementation=with tests now');
    await offers(work, 'ship', 'approve');
    await annotates('rob', 'ship', 'action.conclave.dev/approve.review=done: fine');
    await comesTo(work, 'ship', 'Approved');

    const gate = await deployGate(work);
    expect(gate).toMatchObject({ state: 'Open', production: true });
    const shown = gate?.digest.slice('sha256:'.length, 'sha256:'.length + 8) ?? '';
    // For production one has to say what one was shown.
    await expect(annotates('rob', 'ship', 'approval.conclave.dev/deploy.review=approved')).rejects.toThrow('denied');
    await annotates('rob', 'ship', `approval.conclave.dev/deploy.review=approved ${shown}`);
    // Whatever was decided while no operator runs counts when one does.
    await world.crash(operator);
    const inbox = await conclave('sam', ['inbox']);
    expect(inbox).toMatchObject({ exitCode: 0 });
    expect(inbox.written).toContain(shown);
    const seen = await conclave('sam', ['show', 'ship', '--gate', 'deploy']);
    expect(seen).toMatchObject({ exitCode: 0 });
    expect(seen.written).toContain('rob as review: approved, not recorded yet');
    expect(seen.written).toContain('\naction: deploy\nfrom: Approved\n');
    expect(seen.written).toContain(`conclave approve ship deploy --role safety --digest ${shown}`);
    const approved = await conclave('sam', ['approve', 'ship', 'deploy', '--digest', shown, '-m', 'safe']);
    expect(approved.written).toContain('approved');
    expect(approved.exitCode).toBe(0);
    operator = world.startOperator();
    await until('both approvals are seen', async () => (await deployGate(work))?.decisions?.length === 2);
    expect((await work.get('ship')).status).toMatchObject({
      gates: [{ state: 'Open' }],
      waitingFor: [{ kind: 'policy', message: expect.stringContaining('spec.safety.allowProduction') as string }],
    });
    await admin.allowProduction();
    const digest = await offers(work, 'ship', 'deploy');
    await annotates('dora', 'ship', `action.conclave.dev/deploy.deployment=done ${digest}: on Monday`);
    await work.reaches('ship', 'Succeeded');

    const { status } = await work.get('ship');
    expect(status?.lifecycle).toMatchObject({ state: 'Deployed', outcome: 'Deployed' });
    const told = status?.transitions?.flatMap(({ action, from, to, actor, message }) =>
      action === undefined ? [] : [`${from} –${action}→ ${to} by ${actor.name} as ${actor.role}: ${message ?? ''}`],
    );
    expect(told).toEqual([
      'Draft –submit→ InProgress by paula as planning: small enough',
      'InProgress –request_review→ ReviewPending by ivan as implementation: ',
      'ReviewPending –reject→ InProgress by rob as review: the tests are missing',
      'InProgress –request_review→ ReviewPending by ivan as implementation: with tests now',
      'ReviewPending –approve→ Approved by rob as review: fine',
      'Approved –deploy→ Deployed by dora as deployment: on Monday',
    ]);
    expect(status?.gates?.[0]?.decisions?.map(({ user, role, comment }) => [user, role, comment])).toEqual([
      ['rob', 'review', undefined],
      ['sam', 'safety', 'safe'],
    ]);
  });
});
