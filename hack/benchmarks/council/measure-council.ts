import type { CouncilWork, RoleContract } from '../../../operator/src/api/runner-work.ts';
import type { RunnerTask } from '../../../operator/src/api/runner-task.ts';
import { ModelClient, type ModelClientParts } from '../../../operator/src/runner/agent/model-client.ts';
import { markOf } from '../../../operator/src/runner/agent/prompts/fence.ts';
import { runCouncil } from '../../../operator/src/runner/agent/run-council.ts';
import { Secrets } from '../../../operator/src/runner/agent/secrets.ts';
import { Transcript } from '../../../operator/src/runner/agent/transcript.ts';
import { median } from '../statistics.ts';
import { type Line, stagesOf } from './stages-of.ts';
import type { ModelServer } from './model-server.ts';
import { withStandIn } from './stand-in.ts';
import { WatchingClient } from './watching-client.ts';

/** What was found of councils of one size. */
export interface CouncilFigures {
  readonly members: number;
  /** A question of the slowest member by itself, in milliseconds. */
  readonly slowestMs: number;
  /** A round of all members, in milliseconds. */
  readonly roundMs: number;
  /** Of the tokens from round two on that stood in the prompt before, roles aside, the part that the server found read. */
  readonly prefixHitRatio: number;
}

const rounds = 2;

const namesOf = (members: number) => Array.from({ length: members }, (_, index) => `member-${index + 1}`);

/** How long members take to answer: each differently, the last one longest, in milliseconds. */
const latencyOf = (index: number, members: number) => 150 + Math.round((250 * (index + 1)) / members);

/** Measures `turns` deliberations, each of a council and a topic that the server has not seen. */
export async function measureCouncil(members: number, turns: number): Promise<CouncilFigures> {
  const names = namesOf(members);
  const latencies = new Map(names.map((name, index) => [name, latencyOf(index, members)]));
  return await withStandIn(latencies, async (standIn) => {
    const [alone, roundsMs, hits]: [number[], number[], number[]] = [[], [], []];
    // The first one is no measurement: code is compiled on the way.
    for (let turn = 0; turn <= turns; turn += 1) {
      const [slowestMs, deliberated] = [await askAlone(standIn, names), await deliberate(standIn, names, turn)];
      if (turn === 0) continue;
      alone.push(slowestMs);
      roundsMs.push(...deliberated.roundsMs);
      hits.push(deliberated.hitRatio);
    }
    return { members, slowestMs: median(alone), roundMs: median(roundsMs), prefixHitRatio: Math.min(...hits) };
  });
}

function partsOf(): Omit<ModelClientParts, 'patience'> & { readonly transcript: Transcript } {
  const secrets = new Secrets(new Map());
  return { secrets, transcript: new Transcript(secrets), headers: {}, signal: new AbortController().signal };
}

const modelOf = ({ url, model }: ModelServer) => ({ url: `${url}/v1`, name: model });

async function askAlone(standIn: ModelServer, names: readonly string[]): Promise<number> {
  const client = new ModelClient(partsOf());
  const messages = [{ role: 'user', content: 'What is best?' }] as const;
  const request = { model: modelOf(standIn), messages, maxOutputTokens: 200, speaker: names.at(-1) ?? '' };
  await client.ask({ ...request, speaker: 'nobody' });
  const begin = performance.now();
  await client.ask(request);
  return performance.now() - begin;
}

async function deliberate(server: ModelServer, names: readonly string[], turn: number) {
  const { lines, hitRatio } = await holdWatched(server, names, turn);
  const stages = stagesOf(lines);
  if (stages.some(({ questions }) => questions !== names.length)) throw new Error('not all members were asked at once');
  return { roundsMs: stages.slice(0, rounds).map(({ wallMs }) => wallMs), hitRatio };
}

/** The smallest part of prefixes that a server has found read, of so many deliberations after a first one. */
export async function measurePrefixHits(server: ModelServer, members: number, turns: number): Promise<number> {
  const names = namesOf(members);
  const ratios: number[] = [];
  for (let turn = 0; turn <= turns; turn += 1) {
    const { hitRatio } = await holdWatched(server, names, turn);
    if (turn > 0) ratios.push(hitRatio);
  }
  return Math.min(...ratios);
}

async function holdWatched(server: ModelServer, names: readonly string[], turn: number) {
  const parts = partsOf();
  const client = new WatchingClient(parts, server, names.length);
  const { verdict, lines } = await hold(aTask(server, names, turn), { ...parts, client });
  if (verdict.outcome !== 'succeeded') throw new Error(`the council failed: ${verdict.error?.message ?? ''}`);
  return { lines, hitRatio: await client.hitRatio() };
}

async function hold(task: RunnerTask, parts: Omit<Parameters<typeof runCouncil>[1], 'task' | 'mark'>) {
  const verdict = await runCouncil(task.work as CouncilWork, { ...parts, task, mark: markOf(task) });
  const lines = parts.transcript.toBytes().toString('utf8').trim().split('\n');
  return { verdict, lines: lines.map((line) => JSON.parse(line) as Line) };
}

/** A model of random weights ends by no sense of its own. */
const proposalSchema = {
  type: 'object',
  properties: { change: { type: 'string', maxLength: 200 } },
  required: ['change'],
  additionalProperties: false,
};

function aTask(standIn: ModelServer, names: readonly string[], turn: number): RunnerTask {
  const roleOf = (name: string): RoleContract => ({
    ...{ tools: [], model: modelOf(standIn) },
    prompt: `You are ${name}. You look at what nobody else looks at, and say so in a few words.`,
    outputSchema: proposalSchema,
  });
  const work: CouncilWork = {
    ...{ kind: 'council', council: 'bench', strategy: 'peer_review', rounds, quorum: 2, seed: turn, rubric: [] },
    topic: `Question ${turn}: what do we do first? ${'It has to be said in full what is known of it. '.repeat(40)}`,
    members: names.map((name) => ({ name, weight: 1, role: roleOf(name) })),
  };
  return {
    ...{ apiVersion: 'conclave.dev/v1alpha1', kind: 'Task', inputs: {}, work },
    workItem: { name: 'bench', namespace: 'bench', uid: `bench-${names.length}-${turn}` },
    step: { path: 'choose', type: 'council', attempt: 1 },
    limits: { maxTurns: 100, maxToolCalls: 0, maxTokens: 10_000_000, maxOutputTokens: 3000, wallTimeSeconds: 600 },
  };
}
