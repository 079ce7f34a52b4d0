/** Agents, flows and Councils in real pods, on the stand-in for a model server. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runnerResult } from '../../operator/src/api/runner-result.ts';
import { E2eCluster, root, type WorkItem } from './e2e-cluster.ts';
import { resultOf, teamFiles, testTeam, transcriptOf } from './team-tests.ts';

const samples = join(root, 'config/samples/agents');
const cluster = new E2eCluster('agents');

const incidentFiles = ['model-sim.yaml', 'incident.yaml', 'incident-run.yaml'].map((name) => join(samples, name));
const fixtures = [
  ...teamFiles,
  ...['repair.yaml', 'commands.yaml', 'gpu-models.yaml', 'apart.yaml', 'team-sim.yaml'].map((name) =>
    join(root, 'test/e2e/fixtures', name),
  ),
];

let incident: WorkItem;
let repair: WorkItem;
let commands: WorkItem;
let onGpus: WorkItem;
let apart: WorkItem;
let team: WorkItem;

beforeAll(async () => {
  await cluster.start();
  const [standIn = '', incidentFile = '', incidentRun = ''] = incidentFiles;
  cluster.kubectl('apply', '-f', standIn, '-f', incidentFile, ...fixtures.flatMap((file) => ['-f', file]));
  cluster.kubectl('wait', '--for=condition=Ready', '--timeout=120s', 'model/assistant', 'model/mender', 'model/runner');
  cluster.kubectl('apply', '-f', incidentRun);
  const ended = cluster.endedWorkItems(300);
  incident = ended.get('incident-4711')!;
  repair = ended.get('repair')!;
  commands = ended.get('commands')!;
  onGpus = ended.get('on-gpus')!;
  apart = ended.get('apart')!;
  team = ended.get('team')!;
  await cluster.openArtifacts();
}, 900_000);

afterAll(() => {
  cluster.stop();
});

const resultAt = (step: string, workItem = incident) => resultOf(cluster, workItem, step);
const linesOf = (result: ReturnType<typeof resultAt>) => transcriptOf(cluster, incident, result);
const kindsOf = (lines: ReturnType<typeof linesOf>, kind: string) => lines.filter((line) => line.kind === kind);

describe('the incident', () => {
  it('ends with what the council chose', () => {
    const { phase, message, outputs } = incident.status;
    expect({ phase, message, outputs }).toEqual({
      phase: 'Succeeded',
      outputs: {
        ...{ severity: 'high', winner: 'architect', runbook: 'Roll release 7.3 back' },
        action: 'Roll release 7.3 back, and find the leak of connections at leisure.',
      },
    });
  });

  it('is summed up by one answer of the model', () => {
    const result = resultAt('summarize');
    expect(result).toMatchObject({
      outcome: 'succeeded',
      outputs: { severity: 'high' },
      provenance: { models: ['assistant'] },
    });
    expect(linesOf(result).map(({ kind }) => kind)).toEqual(['task', 'request', 'answer', 'end']);
  });

  it('is deliberated on: proposals, scores, ranking, and a transcript of all that was said', () => {
    const result = resultAt('decide');
    const { winner, ranking = [], scores = [], seed, rounds } = result.deliberation ?? {};
    expect({ winner, seed, rounds }).toEqual({ winner: 'architect', seed: 7, rounds: 1 });
    // The mean of the two others' scores, of which relief counts twice, in hundredths each.
    expect(ranking.map(({ member, score }) => [member, score])).toEqual([
      ['architect', 8.835],
      ['qa', 7.335],
      ['developer', 4],
    ]);
    expect(ranking[2]?.proposal).toMatchObject({ action: 'Double the pool of database connections.' });
    expect(scores.filter(({ by, member }) => by === member)).toEqual([]);
    expect(scores).toHaveLength(6);
    expect(kindsOf(linesOf(result), 'answer')).toHaveLength(6);
  });

  it('is written down by an agent that uses its tools', () => {
    const result = resultAt('write');
    expect(result.toolCalls).toEqual([{ tool: 'file', calls: 2, refused: 0 }]);
    expect(kindsOf(linesOf(result), 'tool').map(({ tool }) => tool)).toEqual(['file', 'file']);
  });

  it('counts what the steps used', () => {
    const used = incident.status.steps.map(({ attempts = [] }) => attempts[0]?.used);
    expect(used).toEqual(Array(3).fill(expect.objectContaining({ promptTokens: expect.any(Number) })));
    expect(incident.status.usage).toMatchObject({ costUnits: expect.stringMatching(/^0\.00\d+$/) });
  });

  it('counts for the Council, which says that it is ready', async () => {
    await expect
      .poll(() => JSON.parse(cluster.kubectl('get', 'council', 'responders', '-o', 'json')) as object, {
        timeout: 60_000,
      })
      .toMatchObject({
        status: {
          conditions: [{ type: 'Ready', status: 'True' }],
          ...{ deliberations: 1, withoutWinner: 0, agreement: 1 },
          members: [
            { name: 'architect', wins: 1, proposals: 1, meanScore: 8.835 },
            { name: 'developer', wins: 0 },
            { name: 'qa', wins: 0 },
          ],
        },
      });
  });
});

describe('a team', () => {
  testTeam(() => ({ cluster, run: team }));
});

describe('an agent in a git repository', () => {
  it('mends it, and leaves what it changed as a diff', () => {
    const { status } = repair;
    expect({ phase: status.phase, message: status.message, outputs: status.outputs }).toEqual({
      phase: 'Succeeded',
      outputs: { summary: 'One too many was added.' },
    });
    const [diff] = resultAt('mend', repair).artifacts ?? [];
    expect(diff).toMatchObject({ name: 'diff', mediaType: 'text/x-diff' });
    const text = cluster.download(repair, diff?.digest).toString();
    expect(text).toContain('-    return sum(numbers) + 1\n+    return sum(numbers)\n');
    expect(text).toContain('+One was added.\n');
    expect(text).not.toContain('outside');
  });

  it('is refused what it may not do, and told so', () => {
    const { toolCalls } = resultAt('mend', repair);
    expect(toolCalls).toEqual(
      expect.arrayContaining([
        { tool: 'git', calls: 2, refused: 0 },
        { tool: 'shell', calls: 0, refused: 1 },
      ]),
    );
  });
});

describe('an agent that runs commands', () => {
  const told = () => {
    const lines = transcriptOf(cluster, commands, resultAt('mend', commands));
    return lines
      .flatMap(({ messages = [] }) => messages)
      .filter(({ role }) => role === 'tool')
      .map(({ content }) => content);
  };

  it('mends what it has seen fail, and leaves what it changed as a diff', () => {
    const { phase, message, outputs } = commands.status;
    expect({ phase, message, outputs }).toEqual({
      phase: 'Succeeded',
      outputs: { summary: 'One too many was added.' },
    });
    const [before, after] = told();
    expect(before).toContain('[exit code 0]\nsum 1\n');
    expect(after).toContain('[exit code 0]\nsum.py\nsum 0\n');
    const [diff] = resultAt('mend', commands).artifacts ?? [];
    const text = cluster.download(commands, diff?.digest).toString();
    expect(text.match(/^(diff|[-+]\s).*$/gm)).toEqual([
      'diff --git a/sum.py b/sum.py',
      '-    return sum(numbers) + 1',
      '+    return sum(numbers)',
    ]);
  });

  it('sees neither token nor task, and writes nowhere else', () => {
    const [, , files] = told();
    expect(files).toMatch(/find: .\/conclave.: No such file/);
    expect(files).toMatch(/find: .\/var\/run\/secrets.: No such file/);
    for (const path of ['/tmp', '/dev/shm', '/var/run/conclave-shell'])
      expect(files).toMatch(new RegExp(`^${path}$`, 'm'));
    expect(files?.match(/^[A-Z_]+$/gm)?.filter((name) => name !== 'DATA')).toEqual(['HOME', 'PATH', 'PWD', 'TMPDIR']);
    expect(files?.match(/Read-only file system/g)).toHaveLength(2);
  });

  it('reaches nobody, leaves nothing running, and is ended when it takes too long', () => {
    const [, , , network, , left, status, slow] = told();
    expect(network?.match(/^network \w+$/gm)).toEqual(['network EAI_AGAIN', 'network EPERM']);
    expect(network).toContain('PermissionError');
    // The server, `sh`, and three that count.
    expect(left).toMatch(/^processes [2-5]$/m);
    expect(status).toContain('removed, because git would be led astray by it: ".git"');
    expect(status).toContain(' M sum.py');
    expect(slow).toContain('[it took longer than 1 s and was ended]');
    expect(resultAt('mend', commands).toolCalls).toEqual([
      { tool: 'shell', calls: 7, refused: 0 },
      { tool: 'git', calls: 1, refused: 0 },
    ]);
  });
});

describe('models with servers of their own', () => {
  const colour = expect.stringMatching(/^(red|green|blue)$/) as string;

  it('answer: one that was asleep until a step asked it, and one beside an agent', () => {
    const { phase, message, outputs } = onGpus.status;
    expect({ phase, message, outputs }).toEqual({ phase: 'Succeeded', outputs: { shared: colour, beside: colour } });
  });

  it('have the GPUs in their pods, and the agent has none', () => {
    const gpusOf = (selector: string) => {
      const { items } = JSON.parse(cluster.kubectl('get', 'pods', '-l', selector, '-o', 'json')) as PodList;
      return items.flatMap(({ spec: { initContainers = [], containers } }) =>
        [...initContainers, ...containers].flatMap(({ name, resources }) =>
          resources?.limits?.['nvidia.com/gpu'] === undefined ? [] : [name],
        ),
      );
    };
    expect(gpusOf('conclave.dev/step=ask_shared')).toEqual([]);
    expect(gpusOf('conclave.dev/step=ask_beside')).toHaveLength(1);
    expect(gpusOf('conclave.dev/step=ask_beside')).not.toContain('agent');
  });
});

describe('a council whose members have pods of their own', () => {
  const stepOf = () => apart.status.steps.find(({ path }) => path === 'deliberate');

  it('ends as one in a single pod, with a result that names those of its members', () => {
    expect({ phase: apart.status.phase, message: apart.status.message }).toEqual({ phase: 'Succeeded' });
    expect(stepOf()).toMatchObject({ phase: 'Succeeded', iterations: { succeeded: '0-1' } });
    const digest = stepOf()?.iterations?.resultsRef;
    const result = runnerResult.parse(JSON.parse(cluster.download(apart, digest).toString()));
    const { ranking = [], scores = [], rounds } = result.deliberation ?? {};
    expect(ranking.map(({ member }) => member).toSorted()).toEqual(['blue', 'red']);
    expect(scores.map(({ by, member }) => `${by} scores ${member}`).toSorted()).toEqual([
      'blue scores red',
      'red scores blue',
    ]);
    expect([rounds, result.usage]).toEqual([1, expect.objectContaining({ promptTokens: expect.any(Number) })]);
    const { attempts } = result.provenance as { readonly attempts: readonly { readonly resultDigest: string }[] };
    expect(attempts).toHaveLength(4);
    const [first] = attempts;
    const ballot = runnerResult.parse(JSON.parse(cluster.download(apart, first?.resultDigest).toString())).ballot;
    expect(ballot).toMatchObject({ proposal: { colour: expect.stringMatching(/^(red|green|blue)$/) as string } });
  });

  it('has one Job for each stage, and a pod with a Model of its own for each member in it', () => {
    const selector = 'conclave.dev/work-item=apart';
    const jobs = JSON.parse(cluster.kubectl('get', 'jobs', '-l', selector, '-o', 'json')) as { items: unknown[] };
    expect(jobs.items).toHaveLength(2);
    const { items } = JSON.parse(cluster.kubectl('get', 'pods', '-l', selector, '-o', 'json')) as PodList;
    expect(items).toHaveLength(4);
    for (const { spec } of items)
      expect(
        spec.initContainers?.filter(({ resources }) => resources?.limits?.['nvidia.com/gpu'] === '1'),
      ).toHaveLength(1);
  });
});

interface PodList {
  readonly items: readonly {
    readonly spec: { readonly initContainers?: readonly Container[]; readonly containers: readonly Container[] };
  }[];
}

interface Container {
  readonly name: string;
  readonly resources?: { readonly limits?: Readonly<Record<string, string>> };
}
