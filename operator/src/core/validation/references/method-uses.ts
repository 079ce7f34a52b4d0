import type { MethodSpec } from '../../../api/method.ts';
import type { Step } from '../../../api/step/step.ts';
import type { IssuePath } from '../../issue.ts';

/** A Method that a step names, and what it must be. */
export interface MethodUse {
  readonly name: string;
  /** Where it is named, from the step on. */
  readonly path: IssuePath;
  readonly types: readonly MethodSpec['type'][];
  /** Blocks of which a Method of type `model` must have one. */
  readonly blocks?: readonly ('http' | 'image' | 'serving')[];
  /** What asks for these, in words. */
  readonly because: string;
}

type CallMode = 'api' | 'direct' | undefined;

/** The Method that a step names, if it names one. */
export function methodUseOf(step: Step): MethodUse | undefined {
  switch (step.type) {
    case 'crawler':
    case 'function':
      return { name: step.method, path: ['method'], ...callable(step.executionMode) };
    case 'data_transform':
      return step.method === undefined ? undefined : { name: step.method, path: ['method'], ...callable(undefined) };
    case 'ml_model':
      return { name: step.model, path: ['model'], ...model(step.executionMode) };
    default:
      return otherUseOf(step);
  }
}

function otherUseOf(step: Step): MethodUse | undefined {
  switch (step.type) {
    case 'ml_serving':
      return servingUse(step.model ?? step.serviceName, step.model === undefined ? 'serviceName' : 'model');
    case 'ml_training':
      return typedUse(step.training.method, ['training', 'method'], 'object');
    case 'llm_flow':
      return typedUse(step.flow, ['flow'], 'flow');
    case 'llm_agent':
      return typedUse(step.agentConfig?.graph_definition, ['agentConfig', 'graph_definition'], 'graph');
    case 'output':
      return typedUse(step.template, ['template'], 'template');
    default:
      return undefined;
  }
}

function callable(mode: CallMode): Pick<MethodUse, 'types' | 'because'> {
  if (mode === 'api') return { types: ['http'], because: 'mode api calls one of type http' };
  if (mode === 'direct') return { types: ['image', 'mcp'], because: 'mode direct runs one of type image or mcp' };
  return { types: ['http', 'image', 'mcp'], because: 'it must be of type http, image or mcp' };
}

function model(mode: CallMode): Pick<MethodUse, 'types' | 'blocks' | 'because'> {
  if (mode === 'api')
    return { types: ['model'], blocks: ['http'], because: 'mode api calls one of type model with `http`' };
  if (mode === 'direct')
    return { types: ['model'], blocks: ['image'], because: 'mode direct runs one of type model with `image`' };
  const because = 'it must be of type model, with `http` or `image`';
  return { types: ['model'], blocks: ['http', 'image'], because };
}

function servingUse(name: string, field: string): MethodUse {
  const because = 'it must be of type model, with `serving`';
  return { name, path: [field], types: ['model'], blocks: ['serving'], because };
}

function typedUse(name: string | undefined, path: IssuePath, type: MethodSpec['type']): MethodUse | undefined {
  return name === undefined ? undefined : { name, path, types: [type], because: `it must be of type ${type}` };
}
