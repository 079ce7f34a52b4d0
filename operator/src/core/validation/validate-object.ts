import type { AgentRole } from '../../api/agent-role.ts';
import type { Council } from '../../api/council.ts';
import type { Method } from '../../api/method.ts';
import type { Pipeline } from '../../api/pipeline.ts';
import type { WorkItem } from '../../api/work-item.ts';
import type { Issue } from '../issue.ts';
import { atLevel } from './at-level.ts';
import { schemaIssue } from './data-flow/check-schemas.ts';
import { findCouncilIssues, findRoleIssues } from './references/object-references.ts';
import { validateMethod } from './validate-method.ts';
import { type Examination, validatePipeline } from './validate-pipeline.ts';
import { validateWorkItem } from './validate-work-item.ts';
import type { WorldIndex } from './world.ts';

/** An object of Conclave that fits the schema of its kind. */
export interface ValidObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

type Validator = (object: never, world: WorldIndex) => Examination;

/** Kinds that refer to something or hold something that only level 1 cannot judge. */
const validators = new Map<string, Validator>([
  ['Pipeline', (pipeline: Pipeline, world) => validatePipeline(pipeline, world)],
  ['WorkItem', (workItem: WorkItem, world) => validateWorkItem(workItem, world)],
  ['Method', (method: Method, world) => ({ issues: validateMethod(method, world) })],
  ['AgentRole', (role: AgentRole, world) => ({ issues: validateAgentRole(role, world) })],
  ['Council', (council: Council, world) => ({ issues: validateCouncil(council, world) })],
]);

/** Whether there is more to check of a kind than its schema. */
export function hasFurtherLevels(kind: string): boolean {
  return validators.has(kind);
}

/** Levels 2 to 4 of validation of an object of any kind that fits its schema. */
export function validateObject(object: ValidObject, world: WorldIndex): Examination {
  return validators.get(object.kind)?.(object as never, world) ?? { issues: [] };
}

function validateAgentRole(role: AgentRole, world: WorldIndex): Issue[] {
  const { inputSchema, outputSchema } = role.spec;
  const schemas = [...schemaIssue(inputSchema, ['inputSchema']), ...schemaIssue(outputSchema, ['outputSchema'])];
  return [...atLevel(2, findRoleIssues(role, world)), ...atLevel(3, schemas, ['spec'])];
}

function validateCouncil(council: Council, world: WorldIndex): Issue[] {
  const schemas = schemaIssue(council.spec.proposalSchema, ['proposalSchema']);
  return [...atLevel(2, findCouncilIssues(council, world)), ...atLevel(3, schemas, ['spec'])];
}
