export { kinds } from './kinds.ts';
export {
  apiVersion,
  group,
  version,
  type KindDefinition,
  type ObjectMeta,
  type OwnerReference,
  type Resource,
} from './kind.ts';
export { agentRoleKind, type AgentRole } from './agent-role.ts';
export { councilKind, type Council } from './council.ts';
export { methodKind, type Method } from './method.ts';
export { modelKind, type Model } from './model.ts';
export { pipelineKind, type Pipeline, type PipelineSpec, type PipelineStatus } from './pipeline.ts';
export { tenantKind, tenantDefaults, type Tenant } from './tenant.ts';
export { workItemKind, type WorkItem } from './work-item.ts';
export type { Condition } from './condition.ts';
export type { Step, StepType } from './step/step.ts';
