import { expect, it } from 'vitest';
import { anAttempt, aStep } from '../../testing/an-attempt.ts';
import { aMethod } from '../../testing/planned-run.ts';
import { renderNetworkPolicy } from './network-policy.ts';
import { renderAttemptJob } from './render-attempt-job.ts';
import { renderJob } from './render-job.ts';

const images = { conclave: 'registry/conclave:1', runtime: 'registry/runtime:1' };
const count = aMethod('count', { type: 'image', image: { image: 'registry/count:7' } });

/** Labels of the Pod of a step. */
function podLabels(step?: object): Record<string, string> {
  const attempt = anAttempt(step === undefined ? {} : { start: { step: aStep(step) } });
  const method = step === undefined ? undefined : count;
  const parts = renderAttemptJob({ ...attempt, method, program: 'pass', images, artifacts: { url: 'https://server' } });
  const { spec } = renderJob({ ...parts, certificateAuthorities: 'PEM' });
  return (spec['template'] as { metadata: { labels: Record<string, string> } }).metadata.labels;
}

it('holds the Pods of programs, and no others', () => {
  const { spec } = renderNetworkPolicy('team', 'conclave-system');
  expect(spec).toMatchObject({ podSelector: { matchLabels: { 'conclave.dev/network': 'server' } } });
  expect(podLabels()).toMatchObject({ 'conclave.dev/network': 'server' });
  expect(podLabels({ type: 'function', method: 'count' })).not.toHaveProperty('conclave.dev/network');
});

it('lets nothing in, and out to DNS and the server’s one port alone', () => {
  expect(renderNetworkPolicy('team', 'conclave-system')).toEqual({
    ...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
    metadata: { name: 'conclave-programs', namespace: 'team' },
    spec: {
      podSelector: { matchLabels: { 'conclave.dev/network': 'server' } },
      policyTypes: ['Ingress', 'Egress'],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'conclave-system' } },
              podSelector: { matchLabels: { 'app.kubernetes.io/name': 'conclave-server' } },
            },
          ],
          ports: [{ protocol: 'TCP', port: 8443 }],
        },
        {
          to: [
            { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } },
            { ipBlock: { cidr: '169.254.20.10/32' } },
            { ipBlock: { cidr: '169.254.169.254/32' } },
          ],
          ports: [
            { protocol: 'UDP', port: 53 },
            { protocol: 'TCP', port: 53 },
          ],
        },
      ],
    },
  });
});
