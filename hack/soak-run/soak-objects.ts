import { pipelineSpec, type Pipeline } from '../../operator/src/api/pipeline.ts';
import { tenantDefaults, type Tenant } from '../../operator/src/api/tenant.ts';
import type { WorkItem } from '../../operator/src/api/work-item.ts';
import { apiVersion } from '../../operator/src/api/kind.ts';

/** What is made in the cluster. */
export interface SoakPlace {
  readonly namespace: string;
  /** Work items, and the steps that each has. */
  readonly workItems: number;
  readonly stepsEach: number;
}

const program = 'def execute(inputs):\n    return {}\n';

/** A Tenant that lets many run, so that faults meet all of them. */
export function soakTenant({ namespace }: SoakPlace): Tenant {
  const queue = { ...tenantDefaults.queue, maxConcurrentWorkItems: 40, maxConcurrentPerProject: 40 };
  return { apiVersion, kind: 'Tenant', metadata: { name: 'default', namespace }, spec: { ...tenantDefaults, queue } };
}

/** Chains and what runs beside them: each second step waits for the one two before it. */
export function soakPipeline({ namespace, stepsEach }: SoakPlace): Pipeline {
  const steps = Array.from({ length: stepsEach }, (_, index) => ({
    ...{ name: `s${index}`, type: 'custom_code', runtime: 'python3', code: { source: 'inline', content: program } },
    ...(index < 2 ? {} : { dependsOn: [`s${index - 2}`] }),
  }));
  return { apiVersion, kind: 'Pipeline', metadata: { name: 'soak', namespace }, spec: pipelineSpec.parse({ steps }) };
}

/** One run. */
export function soakWorkItem({ namespace }: SoakPlace, index: number): WorkItem {
  const metadata = { name: `soak-${index}`, namespace };
  return { apiVersion, kind: 'WorkItem', metadata, spec: { pipelineRef: { name: 'soak' } } };
}
