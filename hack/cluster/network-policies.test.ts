import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { nodeLocalDns, policyQueue } from './node-configuration.ts';
import { planNetwork } from './network-plan.ts';
import { instancePaths } from './paths.ts';
import { demandPolicyReader, policyReaderObjects, renderPolicyRules } from './network-policies.ts';

const network = planNetwork(5);

describe('renderPolicyRules', () => {
  const rules = renderPolicyRules(network).split('\n');

  it('asks about what comes from pods and what goes to them, once for each connection', () => {
    const own = rules.filter((rule) => rule.startsWith('-A NETWORK-POLICIES '));
    expect(own).toEqual([
      expect.stringMatching(/--ctstate ESTABLISHED,RELATED -j RETURN$/),
      `-A NETWORK-POLICIES -s ${network.realPodSubnet} -j NFQUEUE --queue-num ${policyQueue}`,
      `-A NETWORK-POLICIES -d ${network.realPodSubnet} -j NFQUEUE --queue-num ${policyQueue}`,
    ]);
  });

  it('lets the node itself alone: kubelets probe pods whatever policies say', () => {
    const hooks = rules.flatMap((rule) => /^-A (\S+) -j NETWORK-POLICIES$/.exec(rule)?.[1] ?? []);
    expect(hooks.sort()).toEqual(['FORWARD', 'INPUT']);
  });

  it('tracks no questions to the node’s DNS', () => {
    expect(rules.filter((rule) => rule.endsWith('-j CT --notrack') && rule.includes(nodeLocalDns))).toHaveLength(2);
  });
});

describe('the program', () => {
  it('may read what it needs, and change nothing', () => {
    const [role] = policyReaderObjects().map(({ object }) => object as { rules: { verbs: string[] }[] });
    expect(new Set(role?.rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(['list', 'watch']));
  });
});

describe('a cluster that runs already', () => {
  it('is refused where the program has no kubeconfig, as it was made before there was one', () => {
    const home = mkdtempSync(join(tmpdir(), 'policies-'));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const paths = instancePaths('old', home);
    mkdirSync(paths.configuration, { recursive: true });
    const hint = expect.stringContaining('./hack/down --instance old') as string;
    expect(() => demandPolicyReader(paths)).toThrow(expect.objectContaining({ name: 'ClusterError', hint }));
    writeFileSync(join(paths.configuration, 'kube-network-policies.kubeconfig'), '');
    expect(() => demandPolicyReader(paths)).not.toThrow();
  });
});
