import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { grantedRights, rightsIn } from './granted-rights.ts';
import { judgeRights } from './judge-rights.ts';
import { keepUsedRights, readUsedRights, usedRights, usedRightsFolder } from './used-rights.ts';

const operator = 'system:serviceaccount:conclave-system:conclave-operator';

const asked = (verb: string, resource: string, more: { apiGroup?: string; user?: string; decision?: string } = {}) => {
  const { apiGroup, user = operator, decision = 'allow' } = more;
  const [name, subresource] = resource.split('/');
  const objectRef = { resource: name, ...(subresource && { subresource }), ...(apiGroup && { apiGroup }) };
  const annotations = { 'authorization.k8s.io/decision': decision };
  return JSON.stringify({ verb, user: { username: user }, objectRef, annotations });
};

describe('the rights that were used', () => {
  it('are those of the operator that were allowed, by verb, resource and group', () => {
    const log = [
      asked('get', 'pods'),
      asked('get', 'pods/log'),
      asked('update', 'workitems/status', { apiGroup: 'conclave.dev' }),
      asked('delete', 'secrets', { decision: 'forbid' }),
      asked('list', 'nodes', { user: 'admin' }),
      JSON.stringify({ verb: 'get', user: { username: operator }, requestURI: '/version' }),
      asked('list', 'services').slice(0, -3),
    ].join('\n');
    expect([...usedRights(log)].sort()).toEqual(['get pods', 'get pods/log', 'update workitems/status.conclave.dev']);
  });

  describe('in clusters that are taken down', () => {
    let folder: string;
    beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rights-'))));
    afterEach(() => {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    });

    it('are kept where somebody wants to know, those of logs that were rotated included', () => {
      writeFileSync(join(folder, 'audit.log'), asked('get', 'pods'));
      writeFileSync(join(folder, 'audit-2026-11-29T10-00-00.000.log'), asked('list', 'pods'));
      writeFileSync(join(folder, 'kubelet.log'), asked('watch', 'pods'));
      keepUsedRights('one', folder);
      const kept = join(folder, 'kept');
      vi.stubEnv(usedRightsFolder, kept);
      expect(readUsedRights(kept)).toEqual(new Set());
      keepUsedRights('one', folder);
      keepUsedRights('two', join(folder, 'nowhere'));
      expect(readUsedRights(kept)).toEqual(new Set(['get pods', 'list pods']));
    });

    it('are those of all clusters that had one name after each other', () => {
      const kept = join(folder, 'kept');
      vi.stubEnv(usedRightsFolder, kept);
      for (const verb of ['get', 'list', 'list']) {
        writeFileSync(join(folder, 'audit.log'), asked(verb, 'pods'));
        keepUsedRights('one', folder);
      }
      expect(readUsedRights(kept)).toEqual(new Set(['get pods', 'list pods']));
    });
  });
});

describe('the rights that are granted', () => {
  it('are those of roles that are bound to the operator', () => {
    const subjects = [{ kind: 'ServiceAccount', name: 'conclave-operator' }];
    const role = (name: string, resource: string) => ({
      ...{
        kind: 'Role',
        metadata: { name },
        rules: [{ apiGroups: ['apps'], resources: [resource], verbs: ['get', 'list'] }],
      },
    });
    const binding = { kind: 'RoleBinding', metadata: { name: 'b' }, roleRef: { kind: 'Role', name: 'ours' }, subjects };
    expect(rightsIn([role('ours', 'deployments'), role('other', 'daemonsets'), binding])).toEqual([
      'get deployments.apps',
      'list deployments.apps',
    ]);
  });

  it('are no right for everything, and none to list Secrets or to give rights', () => {
    const granted = grantedRights();
    expect(granted).toContain('update workitems/status.conclave.dev');
    expect(granted.filter((right) => /\*|^(list|watch) secrets$|^(bind|escalate|impersonate) /.test(right))).toEqual(
      [],
    );
  });
});

describe('the verdict', () => {
  const judge = (granted: readonly string[], used: readonly string[], excuses = {}) =>
    judgeRights(granted, new Set(used), excuses);

  it('is good where each right was used, or has an excuse', () => {
    const { lines, tally } = judge(['get pods', 'list pods'], ['get pods', 'get nodes'], { 'list pods': 'why' });
    expect(tally).toMatchObject({ passed: 1, failed: 0 });
    expect(lines).toEqual(['✓ rights of the operator: 2 granted, 1 used']);
  });

  it.each([
    [['get pods', 'list pods'], {}, 'list pods: granted, and never used'],
    [['get pods', '* pods'], { '* pods': 'why' }, '* pods: a right for everything'],
    [['get pods'], { 'list pods': 'why' }, 'list pods: excused, and not granted'],
  ])('is bad for %j with %j', (granted, excuses, says) => {
    const { lines, tally } = judge(granted, ['get pods'], excuses);
    expect(tally.failures).toEqual([`rights of the operator: ${says}`]);
    expect(lines[0]).toBe(`  ${says}`);
  });
});
