import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { stepTypes } from '../../api/step/step.ts';
import { parseDocuments } from '../../core/document/parse-documents.ts';
import { runCommandLine } from '../../testing/run-command-line.ts';

const inRepository = (path: string) => fileURLToPath(new URL(`../../../../config/${path}`, import.meta.url));
const sample = inRepository('samples/investigation');
const mocks = inRepository('mocks/investigation.yaml');

interface Report {
  readonly phase: string;
  readonly outputs: object;
  readonly steps: Readonly<Record<string, { readonly phase: string; readonly reason: string }>>;
}

async function dryRun(workItem: string, mocked: object): Promise<Report> {
  const words = ['dry-run', '-f', sample, '--work-item', workItem, '--mocks', '-', '-o', 'json'];
  const { out } = await runCommandLine(words, JSON.stringify(mocked));
  return JSON.parse(out) as Report;
}

const valuesOf = (file: string) => parseDocuments(readFileSync(file, 'utf8')).documents[0]?.value as object;

/** The type of each step, by its name: an object that has both. */
function typesIn(value: unknown): readonly (readonly [name: string, type: string])[] {
  if (typeof value !== 'object' || value === null) return [];
  const { id, type } = value as { id?: unknown; type?: unknown };
  const own = typeof id === 'string' && typeof type === 'string' ? [[id, type] as const] : [];
  return [...own, ...Object.values(value).flatMap(typesIn)];
}

describe('the sample of an investigation', () => {
  test('is valid, with all that it names beside it', async () => {
    const { exitCode, out } = await runCommandLine(['validate', '-f', sample, '-o', 'json']);
    const { errors, warnings } = JSON.parse(out) as { errors: unknown; warnings: unknown };
    expect({ exitCode, errors, warnings }).toEqual({ exitCode: 0, errors: [], warnings: [] });
  });

  test('runs every type of step of the canonical form on its mocks', async () => {
    const report = await dryRun('halcyon', valuesOf(mocks));
    expect(report).toMatchObject({ phase: 'Succeeded', outputs: { score: 0.73, order: 'berth 9, for inspection' } });
    const succeeded = new Set(
      Object.entries(report.steps).flatMap(([path, { phase }]) =>
        phase === 'Succeeded' ? path.split('.').at(-1) : [],
      ),
    );
    const types = typesIn(valuesOf(`${sample}/pipeline.yaml`)).flatMap(([name, type]) =>
      succeeded.has(name) ? type : [],
    );
    const known = stepTypes.map(({ shape }) => shape.type.value);
    expect(new Set(types)).toEqual(new Set(known.filter((type) => type !== 'approval' && type !== 'council')));
  });

  test('takes the other ways when the register is down and the score is low', async () => {
    const { phase, steps } = await dryRun('petrel', {
      ...valuesOf(mocks),
      find_ship: { error: { message: 'out of order', reason: 'ServerError' } },
      'read_logbooks[*].read_logbook': { outputs: { notes: ['Radio, north: Petrel answered at once.'] } },
      ask_company: { outputs: { fleet: ['Petrel'] } },
      add_up: { outputs: { score: 0.12 } },
    });
    expect({ phase, steps }).toMatchObject({
      phase: 'Succeeded',
      steps: {
        ...{ find_ship: { reason: 'FallbackUsed' }, trace_names: { phase: 'Skipped' } },
        ...{ count_detentions: { reason: 'RouteNotTaken' }, order_inspection: { reason: 'BranchNotTaken' } },
        clear_ship: { phase: 'Succeeded' },
      },
    });
  });
});
