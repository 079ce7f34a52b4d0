import { describe, expect, it } from 'vitest';
import { apiVersionOf, collectionPath, objectPath, resourceName, type ResourceType } from './resource-type.ts';

const pods: ResourceType = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };
const jobs: ResourceType = { group: 'batch', version: 'v1', kind: 'Job', plural: 'jobs', namespaced: true };
const nodes: ResourceType = { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false };

describe('resource type', () => {
  it('writes apiVersion and RBAC name with and without a group', () => {
    expect([apiVersionOf(pods), apiVersionOf(jobs)]).toEqual(['v1', 'batch/v1']);
    expect([resourceName(pods), resourceName(jobs, 'status')]).toEqual(['pods', 'jobs.batch/status']);
  });

  it.each([
    ['all namespaces', collectionPath(jobs), '/apis/batch/v1/jobs'],
    ['one namespace', collectionPath(pods, 'a'), '/api/v1/namespaces/a/pods'],
    ['cluster scope', collectionPath(nodes), '/api/v1/nodes'],
    ['an object', objectPath(pods, { namespace: 'a', name: 'b' }), '/api/v1/namespaces/a/pods/b'],
    [
      'a subresource',
      objectPath(jobs, { namespace: 'a', name: 'b' }, 'status'),
      '/apis/batch/v1/namespaces/a/jobs/b/status',
    ],
    ['a cluster-scoped object', objectPath(nodes, { name: 'n' }), '/api/v1/nodes/n'],
    ['a name that needs escaping', objectPath(nodes, { name: 'a:b?c' }), '/api/v1/nodes/a%3Ab%3Fc'],
  ])('finds the path of %s', (_, path, expected) => {
    expect(path).toBe(expected);
  });

  it.each(['', '.', '..', 'a/b', '%2e%2e'])('refuses %j as a name: it would address something else', (name) => {
    expect(() => objectPath(pods, { namespace: 'a', name })).toThrow(TypeError);
    expect(() => objectPath(pods, { namespace: name, name: 'a' })).toThrow(TypeError);
  });

  it('insists on a namespace where there is one, and refuses it where there is none', () => {
    expect(() => objectPath(pods, { name: 'a' })).toThrow("pods 'a' needs a namespace");
    expect(() => collectionPath(nodes, 'a')).toThrow("nodes has no namespaces, yet 'a' was given");
  });
});
