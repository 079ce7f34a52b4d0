import { describe, expect, it } from 'vitest';
import { type DemoPlan, demoNeeds } from './check-machine.ts';

const needs = (plan: Partial<DemoPlan>) => {
  const whole = { provider: { kind: 'embedded' }, buildsImages: true, dockerRuns: false, ...plan } as const;
  const { purposes, programs } = demoNeeds(whole);
  return { purposes, programs: programs.map(({ name }) => name) };
};
const context = { kind: 'context', context: 'prod' } as const;

describe('demoNeeds', () => {
  it('takes tools for a cluster of our own and for images, and what Go builds of it', () => {
    const programs = ['helm', 'kube', 'coredns', 'kube-network-policies'];
    expect(needs({})).toEqual({ purposes: ['cluster', 'image'], programs });
  });

  it('leaves images to Docker where it runs', () => {
    expect(needs({ dockerRuns: true }).purposes).toEqual(['cluster']);
    expect(needs({ provider: { kind: 'kind' }, dockerRuns: true }).purposes).toEqual([]);
  });

  it('takes nothing but Helm and kubectl for a cluster that is there, with its images', () => {
    const { purposes, programs } = needs({ provider: context, buildsImages: false });
    expect(purposes).toEqual([]);
    expect(programs).toContain('helm');
    expect(programs).not.toContain('coredns');
  });
});
