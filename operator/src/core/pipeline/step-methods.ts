import type { AgentRole } from '../../api/agent-role.ts';
import type { Method } from '../../api/method.ts';
import type { Step, StepType } from '../../api/step/step.ts';

type NamedMethods = { readonly [type in StepType]?: (step: Extract<Step, { type: type }>) => string | undefined };

/** Where each type of step names the Method that it calls. */
const methodNames: NamedMethods = {
  crawler: ({ method }) => method,
  function: ({ method }) => method,
  data_transform: ({ method }) => method,
  ml_model: ({ model }) => model,
  ml_serving: ({ model, serviceName }) => model ?? serviceName,
  ml_training: ({ training }) => training.method,
  llm_flow: ({ flow }) => flow,
  llm_agent: ({ agentConfig }) => agentConfig?.graph_definition,
  output: ({ template }) => template,
};

/** What a step calls its Method by: its `spec.id` or its name. Undefined when the step calls none. */
export function methodNameOf(step: Step): string | undefined {
  const name = methodNames[step.type] as ((step: Step) => string | undefined) | undefined;
  return name?.(step);
}

/** The Method that a step means: by its `spec.id`, else by its name with `_` as `-`. */
export function findMethod(methods: readonly Method[], name: string): Method | undefined {
  const objectName = name.replaceAll('_', '-');
  return methods.find(({ spec }) => spec.id === name) ?? methods.find(({ metadata }) => metadata.name === objectName);
}

/** The AgentRole that a step acts by: the one of that name, else the first whose `spec.role` it is. */
export function findRole(roles: readonly AgentRole[], role: string): AgentRole | undefined {
  return roles.find(({ metadata }) => metadata.name === role) ?? roles.find(({ spec }) => spec.role === role);
}

/** How a step is executed: seven modes. */
export type ExecutionMode =
  'api' | 'direct' | 'k8s' | 'polling' | 'workflow_logic' | 'event_driven' | 'orchestrator_delegation';

const defaultModes: Readonly<Record<StepType, ExecutionMode>> = {
  crawler: 'api',
  wait_for_asset: 'polling',
  ml_model: 'api',
  ml_serving: 'k8s',
  llm_flow: 'direct',
  llm_agent: 'direct',
  function: 'direct',
  loop: 'workflow_logic',
  validation: 'direct',
  output: 'direct',
  custom_code: 'direct',
  parallel_group: 'workflow_logic',
  conditional: 'workflow_logic',
  data_transform: 'event_driven',
  ml_training: 'orchestrator_delegation',
  council: 'direct',
  approval: 'workflow_logic',
};

/**
 * The mode of a step: the one it asks for, else its type's own. A `crawler`, `ml_model` or `function` that does not say
 * takes the mode that its Method can do, where that is only one.
 */
export function modeOf(step: Step, method: Method | undefined): ExecutionMode {
  const asked = step.type === 'approval' ? undefined : step.executionMode;
  const usual = defaultModes[step.type];
  if (asked !== undefined) return asked;
  const callsMethod = step.type === 'crawler' || step.type === 'ml_model' || step.type === 'function';
  if (!callsMethod || method === undefined) return usual;
  const [only, other] = modesOfMethod(method);
  return only === undefined || other !== undefined ? usual : only;
}

/** The modes in which a Method can be called. */
export function modesOfMethod({ spec }: Method): readonly ('api' | 'direct')[] {
  if (spec.type === 'http') return ['api'];
  if (spec.type === 'image' || spec.type === 'mcp') return ['direct'];
  if (spec.type !== 'model') return [];
  return [
    ...(spec.http === undefined ? [] : (['api'] as const)),
    ...(spec.image === undefined ? [] : (['direct'] as const)),
  ];
}
