/** What holds of the run of fixtures/team.yaml, whatever model answers. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type RunnerResult, runnerResult } from '../../operator/src/api/runner-result.ts';
import { type E2eCluster, root, type WorkItem } from './e2e-cluster.ts';

/** What the run is made of, beside the Model that it asks. */
export const teamFiles = ['git-server.yaml', 'team.yaml'].map((name) => join(root, 'test/e2e/fixtures', name));

/** One line of a transcript, as far as it is looked at. */
interface Line {
  readonly kind: string;
  readonly tool?: string;
}

/** The whole result of the last attempt of a step, by the digest that its status names. */
export function resultOf(cluster: E2eCluster, workItem: WorkItem, step: string): RunnerResult {
  const record = workItem.status.steps.find(({ path }) => path === step);
  const text = cluster.download(workItem, record?.attempts?.at(-1)?.resultDigest).toString();
  return runnerResult.parse(JSON.parse(text));
}

/** The lines of the transcript that a result names. */
export function transcriptOf(cluster: E2eCluster, workItem: WorkItem, { transcript }: RunnerResult): Line[] {
  const lines = cluster.download(workItem, transcript?.digest).toString().trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

/** Judges the run; `given` is asked when a test runs, which is after the run. */
export function testTeam(given: () => { readonly cluster: E2eCluster; readonly run: WorkItem }): void {
  const resultAt = (step: string) => resultOf(given().cluster, given().run, step);

  it('comes to its end: a flow, a council and an agent', () => {
    const { phase, message, outputs } = given().run.status;
    expect({ phase, message, outputs }).toEqual({
      phase: 'Succeeded',
      outputs: {
        urgency: expect.stringMatching(/^(low|medium|high)$/) as unknown,
        winner: expect.stringMatching(/^member-[123]$/) as unknown,
        done: expect.any(Boolean) as unknown,
      },
    });
  });

  it('has members that propose and score each other, in two rounds, and the scores say who wins', () => {
    const { ranking = [], scores = [], winner, rounds } = resultAt('choose').deliberation ?? {};
    expect(rounds).toBe(2);
    expect(ranking.map(({ member }) => member).sort()).toEqual(['member-1', 'member-2', 'member-3']);
    expect(scores).toHaveLength(6);
    expect(scores.filter(({ by, member }) => by === member)).toEqual([]);
    expect(winner).toBe(given().run.status.outputs?.['winner']);
    const meanOf = (name: string) =>
      scores.reduce((sum, { member, score }) => sum + (member === name ? score : 0), 0) / 2;
    for (const { member, score } of ranking) expect(score).toBeCloseTo(meanOf(member), 2);
    expect(ranking[0]?.member).toBe(winner);
    expect(ranking.map(({ score }) => score)).toEqual(
      ranking.map(({ score }) => score).sort((one, other) => other - one),
    );
  });

  it('leaves what the agent has changed in the repository as a diff', () => {
    const { artifacts = [], toolCalls } = resultAt('change');
    expect(toolCalls).toEqual(expect.arrayContaining([expect.objectContaining({ tool: 'file', refused: 0 })]));
    const [diff] = artifacts;
    expect(diff).toMatchObject({ name: 'diff', mediaType: 'text/x-diff' });
    const text = given().cluster.download(given().run, diff?.digest).toString();
    expect(text).toMatch(/^diff --git a\/notes.md b\/notes.md\n/m);
    expect(text).toMatch(/^\+(more|less) general$/m);
  });

  it('counts the usage that the server of the model tells', () => {
    const { steps, usage } = given().run.status;
    const counted = { promptTokens: expect.any(Number) as unknown, completionTokens: expect.any(Number) as unknown };
    for (const { path, attempts = [] } of steps) expect(attempts.at(-1)?.used, path).toMatchObject(counted);
    expect(usage).toMatchObject(counted);
  });

  it.each(['look', 'choose', 'change'])('has the transcript of %s in the store', (step) => {
    const kinds = transcriptOf(given().cluster, given().run, resultAt(step)).map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['request', 'answer', 'end']));
  });
}
