import { describe, expect, test } from 'vitest';
import { kinds } from '../../api/kinds.ts';
import { pruneDefaultedNulls } from './prune-nulls.ts';

const tenant = kinds.find(({ kind }) => kind === 'Tenant');
const prune = (value: unknown) => (tenant === undefined ? undefined : pruneDefaultedNulls(tenant.schema, value));

describe('pruneDefaultedNulls', () => {
  test('drops null where there is a default, at any depth', () => {
    expect(prune({ spec: { queue: null, safety: { allowProduction: null } } })).toEqual({ spec: { safety: {} } });
  });

  test('keeps null where there is none, for the schema to refuse', () => {
    expect(prune({ spec: { budget: null } })).toEqual({ spec: { budget: null } });
  });

  test('gives back the value itself when there is nothing to drop', () => {
    const value = { metadata: { labels: null }, spec: { queue: {}, unknown: [null] } };
    expect(prune(value)).toBe(value);
  });

  test('looks into lists, and leaves those alone that the schema does not expect', () => {
    const council = kinds.find(({ kind }) => kind === 'Council');
    const value = { spec: { members: [{ roleRef: null }, null], strategy: [null] } };
    expect(council && pruneDefaultedNulls(council.schema, value)).toBe(value);
  });

  test('changes nothing in what it was given', () => {
    const value = { spec: { queue: null } };
    prune(value);
    expect(value).toEqual({ spec: { queue: null } });
  });
});
