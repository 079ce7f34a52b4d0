import { group } from '../../api/kind.ts';

/** Where a Pipeline keeps what the canonical form says and a manifest has no field for. */
export const annotations = {
  /** `pipeline_id`, where it cannot be the name of an object. */
  pipelineId: `${group}/pipeline_id`,
  workspaceId: `${group}/workspace_id`,
  projectId: `${group}/project_id`,
  /** Names of parameters that nobody declared, with commas between them. */
  impliedParameters: `${group}/implied_parameters`,
  /** `replay` as JSON, where it is not enabled. */
  replay: `${group}/replay`,
} as const;

/** The label that selects what belongs to a project. */
export const projectLabel = `${group}/project`;
