import { describe, expect, it } from 'vitest';
import type { Resources } from '../../api/placement.ts';
import { renderClaims, renderPlacement, renderResources } from './pod-parts.ts';

const usual = { requests: { cpu: '50m', memory: '512Mi' }, limits: { memory: '512Mi' } };

const cases: Record<string, { resources: Resources | undefined; rendered: object }> = {
  'that asks for nothing gets a little, and no limit on processor time': { resources: undefined, rendered: usual },
  'that asks for memory is limited to it': {
    resources: { memory: '2Gi' },
    rendered: { requests: { cpu: '50m', memory: '2Gi' }, limits: { memory: '2Gi' } },
  },
  'that asks for processor time is limited to it': {
    resources: { cpu: 2 },
    rendered: { requests: { cpu: '2', memory: '512Mi' }, limits: { cpu: '2', memory: '512Mi' } },
  },
  'may ask for disk': {
    resources: { ephemeralStorage: '1Gi' },
    rendered: {
      requests: { cpu: '50m', memory: '512Mi', 'ephemeral-storage': '1Gi' },
      limits: { memory: '512Mi', 'ephemeral-storage': '1Gi' },
    },
  },
  'may ask for GPUs': {
    resources: { gpu: 2 },
    rendered: {
      requests: { ...usual.requests, 'nvidia.com/gpu': '2' },
      limits: { ...usual.limits, 'nvidia.com/gpu': '2' },
    },
  },
  'may ask for GPUs of another make': {
    resources: { gpu: 1, gpuResourceName: 'amd.com/gpu' },
    rendered: { requests: { ...usual.requests, 'amd.com/gpu': '1' }, limits: { ...usual.limits, 'amd.com/gpu': '1' } },
  },
  'that asks for no GPU gets none': { resources: { gpu: 0 }, rendered: usual },
  'whose GPUs are claimed does not ask for them twice': {
    resources: { gpu: 1, resourceClaimTemplateName: 'h100' },
    rendered: { ...usual, claims: [{ name: 'gpus' }] },
  },
};

describe('a container', () => {
  it.each(Object.entries(cases))('%s', (_, { resources, rendered }) => {
    expect(renderResources(resources)).toEqual(rendered);
  });
});

describe('a Pod', () => {
  it('brings the claim that its container refers to', () => {
    const resources = { resourceClaimTemplateName: 'h100' };
    const claims = [{ name: 'gpus', resourceClaimTemplateName: 'h100' }];
    expect(renderClaims(resources)).toEqual({ resourceClaims: claims });
    expect(renderResources(resources).claims).toEqual([{ name: claims[0]?.name }]);
  });

  it.each([undefined, {}, { gpu: 1 }])('brings no claim for %j', (resources) => {
    expect(renderClaims(resources)).toEqual({});
  });

  it('may run anywhere when nothing is said', () => {
    expect(renderPlacement()).toEqual({});
  });

  it('runs where it is said, and nothing else is taken from there', () => {
    const placement = {
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'gpu', operator: 'Exists' as const }],
      runtimeClassName: 'gvisor',
      priorityClassName: 'batch',
    };
    const asked = { ...placement, imagePullSecrets: ['a', 'b'], hostNetwork: true };
    const imagePullSecrets = [{ name: 'a' }, { name: 'b' }];
    expect(renderPlacement(asked)).toEqual({ ...placement, imagePullSecrets });
  });
});
