/** The chart as it stands in the repository: what its values may be, and what it grants. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type AnySchema } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { Metrics } from '../../../operator/src/telemetry/metrics.ts';
import { repositoryRoot } from '../../cluster/paths.ts';
import { renderDashboard } from './dashboard.ts';
import { readValues, type ValuesSchema } from './values-table.ts';

const read = (path: string) => readFileSync(join(repositoryRoot, path), 'utf8');
const valuesText = read('charts/conclave/values.yaml');
const schema = JSON.parse(read('charts/conclave/values.schema.json')) as ValuesSchema;

describe('the version of the product', () => {
  const { version } = JSON.parse(read('package.json')) as { readonly version: string };

  it('is the one that the guide builds images of, and the changelog tells of what is not in a release yet', () => {
    const named = read('docs/guide/install.md').matchAll(/conclave(?:-runtime)?:(\d[\w.-]*)/g);
    expect(new Set(Array.from(named, ([, found]) => found))).toEqual(new Set([version]));
    expect(read('CHANGELOG.md')).toMatch(/^## \[Unreleased\]\n/m);
    expect(read('CHANGELOG.md')).not.toContain(`## [${version}]`);
  });
});

describe('the values of the chart', () => {
  const values = readValues(valuesText, schema);

  it('are by default what their schema allows', () => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    const accepts = ajv.compile(schema as AnySchema);
    expect(accepts(parse(valuesText)), ajv.errorsText(accepts.errors)).toBe(true);
  });

  it('are each described', () => {
    expect(values.filter(({ description }) => description === '')).toEqual([]);
    expect(values.length).toBeGreaterThan(60);
  });

  it('are all those that the schema knows, but what a chart above passes on', () => {
    expect(new Set(values.map(({ path }) => path))).toEqual(new Set(pathsOf(schema, '')));
  });

  it('leave nothing open that the schema could name', () => {
    const open = JSON.stringify(schema, (_, value: unknown) =>
      isObject(value) && value['properties'] !== undefined && value['additionalProperties'] !== false
        ? { ...value, found: true }
        : value,
    );
    expect(open.match(/"found":true/g) ?? []).toHaveLength(1); // variables of the environment, which the API server checks
  });
});

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function pathsOf({ properties = {} }: ValuesSchema, prefix: string): readonly string[] {
  return Object.entries(properties)
    .filter(([name]) => name !== 'global')
    .flatMap(([name, inner]) => {
      const path = `${prefix}${name}`;
      return inner.properties === undefined ? [path] : pathsOf(inner, `${path}.`);
    });
}

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly Record<'apiGroups' | 'resources' | 'verbs', readonly string[]>[];
}

describe('the rights that are shipped', () => {
  const roles = ['config/rbac/operator.yaml', 'config/rbac/roles.yaml', 'config/server/rbac.yaml']
    .flatMap((path) => parseAllDocuments(read(path)).map((document) => document.toJS() as Role))
    .filter(({ kind }) => /Role$/.test(kind));
  const rules = roles.flatMap(({ metadata, rules = [] }) => rules.map((rule) => ({ role: metadata.name, ...rule })));

  it('are those of operator, server and people', () => {
    expect(new Set(roles.map(({ metadata }) => metadata.name)).size).toBeGreaterThan(15);
  });

  it('have no wildcard', () => {
    expect(
      rules.filter(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs].includes('*')),
    ).toEqual([]);
  });

  it('let nobody raise what anybody may do', () => {
    const raising = ['escalate', 'bind', 'impersonate'];
    expect(rules.filter(({ verbs }) => verbs.some((verb) => raising.includes(verb)))).toEqual([]);
    expect(rules.filter(({ apiGroups }) => apiGroups.includes('rbac.authorization.k8s.io'))).toEqual([]);
  });

  it('list no Secrets', () => {
    const listing = rules.filter(
      ({ resources, verbs }) => resources.includes('secrets') && verbs.some((verb) => ['list', 'watch'].includes(verb)),
    );
    expect(listing).toEqual([]);
  });
});

describe('the dashboard', () => {
  const text = JSON.stringify(renderDashboard());

  it('asks for nothing that the operator does not measure', () => {
    const measured = new Set(Object.values(new Metrics()).flatMap((metric) => nameOf(metric)));
    const asked = new Set(Array.from(text.matchAll(/conclave_\w+/g), ([name]) => name.replace(/_bucket$/, '')));
    expect([...asked].filter((name) => !measured.has(name))).toEqual([]);
    expect(asked.size).toBeGreaterThan(10);
  });
});

const nameOf = (metric: unknown): readonly string[] =>
  isObject(metric) && typeof metric['name'] === 'string' ? [metric['name']] : [];
