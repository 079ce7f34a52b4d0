import { describe, expect, test } from 'vitest';
import { checkGpus } from './check-models.ts';
import { checkOperatorRights } from './check-operator-rights.ts';
import type { Examination } from './finding.ts';

interface Review {
  readonly spec: { readonly user: string; readonly resourceAttributes: { namespace?: string; resource: string } };
}

const subjects = [{ kind: 'ServiceAccount', name: 'conclave-operator' }];
const role = (kind: string, name: string, resource: string) => ({
  ...{ kind, metadata: { name }, rules: [{ apiGroups: [''], resources: [resource], verbs: ['get'] }] },
});
const binding = (kind: string, name: string) => ({
  ...{ kind: `${kind}Binding`, metadata: { name }, subjects, roleRef: { kind, name } },
});
const roles = [
  ...[role('ClusterRole', 'operator', 'pods'), binding('ClusterRole', 'operator')],
  ...[role('Role', 'election', 'leases'), binding('Role', 'election')],
];

/** An account that may see what is there, and asks for rights; `asked` is what it asked for. */
function examination(objects: {
  readonly operatorArgs?: readonly string[];
  readonly variable?: string;
  readonly models?: readonly object[];
}) {
  const asked: string[] = [];
  const env = [{ name: 'CONCLAVE_NAMESPACE', value: objects.variable ?? '' }];
  const containers = [{ args: objects.operatorArgs ?? [], env }];
  const client = {
    get: () =>
      Promise.resolve({ metadata: { name: 'conclave-operator' }, spec: { template: { spec: { containers } } } }),
    create: (_: unknown, { spec }: Review) => {
      const { namespace = 'everywhere', resource } = spec.resourceAttributes;
      asked.push(`${resource} ${namespace}`);
      return Promise.resolve({ status: { allowed: true } });
    },
    list: async function* ({ plural }: { readonly plural: string }) {
      yield* await Promise.resolve(plural === 'models' ? (objects.models ?? []) : []);
    },
    listPage: ({ plural }: { readonly plural: string }) =>
      Promise.resolve({ items: plural === 'models' ? (objects.models ?? []) : [] }),
  };
  const looking = { account: { client }, shipped: { roles }, systemNamespace: 'conclave-system' };
  return { asked, examination: looking as unknown as Examination };
}

describe("the operator's rights", () => {
  test('are asked for everywhere where it watches everything', async () => {
    const { asked, examination: looking } = examination({ operatorArgs: ['--workers=16'] });
    expect(await checkOperatorRights(looking)).toMatchObject([{ result: 'ok' }]);
    expect(asked).toEqual(['pods everywhere', 'leases conclave-system']);
  });

  const restricted: Record<string, { operatorArgs?: string[]; variable?: string }> = {
    'repeated flags': { operatorArgs: ['--namespace=team', '--workers=16', '--namespace=lab'] },
    'flags whose values stand in words of their own': { operatorArgs: ['--namespace', 'team', '--namespace', 'lab'] },
    'a flag with commas': { operatorArgs: ['--namespace=team,lab, team'] },
    'the environment': { variable: 'team,lab' },
    'a flag, though the environment names others': { operatorArgs: ['--namespace=team,lab'], variable: 'other' },
  };
  test.each(Object.entries(restricted))(
    'are asked for in each namespace it is restricted to by %s',
    async (_, where) => {
      const { asked, examination: looking } = examination(where);
      await checkOperatorRights(looking);
      expect(asked).toEqual(['pods team', 'pods lab', 'leases conclave-system']);
    },
  );
});

describe('the GPUs of nodes', () => {
  const model = (resources: object) => ({
    metadata: { name: 'large', namespace: 'team' },
    spec: { modelName: 'm', dedicated: { image: 'vllm', source: 'm', resources } },
  });

  test('are looked for where a Model takes them from a node', async () => {
    const [finding] = await checkGpus(examination({ models: [model({ gpu: 1 })] }).examination);
    expect(finding).toMatchObject({ result: 'failed', message: expect.stringContaining('nvidia.com/gpu') as string });
  });

  test('are not, where a claim brings them', async () => {
    const claimed = model({ gpu: 1, resourceClaimTemplateName: 'two-gpus' });
    expect(await checkGpus(examination({ models: [claimed] }).examination)).toMatchObject([{ result: 'ok' }]);
  });
});
