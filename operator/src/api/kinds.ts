import { agentRoleKind } from './agent-role.ts';
import { councilKind } from './council.ts';
import type { KindDefinition } from './kind.ts';
import { methodKind } from './method.ts';
import { modelKind } from './model.ts';
import { pipelineKind } from './pipeline.ts';
import { tenantKind } from './tenant.ts';
import { workItemKind } from './work-item.ts';

/** Every kind of Conclave, in the order of the reference. */
export const kinds: readonly KindDefinition[] = [
  pipelineKind,
  workItemKind,
  councilKind,
  agentRoleKind,
  modelKind,
  methodKind,
  tenantKind,
];
