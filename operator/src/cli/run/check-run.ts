import type { JsonObject } from '../../api/json.ts';
import type { Pipeline } from '../../api/pipeline.ts';
import type { WorkItem } from '../../api/work-item.ts';
import { resolveInputs } from '../../core/work-item/resolve-inputs.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';

/** Refuses what could not begin: a pipeline that is not valid as it stands, inputs that it does not take. @throws Failure */
export function checkRun({ metadata, spec, status = {} }: Pipeline, inputs: JsonObject): void {
  const valid = status.conditions?.find(({ type }) => type === 'Valid');
  if (valid?.status === 'False' && valid.observedGeneration === metadata.generation)
    throw invalid(
      'PipelineInvalid',
      `the Pipeline ${metadata.name} cannot run: ${valid.message}`,
      `kubectl get pipeline ${metadata.name} -o yaml | conclave validate -`,
    );
  const workItem = { spec: { inputs } } as unknown as WorkItem;
  const pinned = { spec, revision: '', digest: '', roles: [], methods: [], models: [], councils: [] };
  const resolved = resolveInputs({ workItem, pinned });
  if ('problem' in resolved)
    throw invalid(resolved.problem.code, resolved.problem.message, 'give inputs with -i name=value, or --inputs FILE');
}

const invalid = (reason: string, message: string, hint: string) =>
  new Failure({ exitCode: exitCodes.invalid, code: failureCodes.invalid, reason, message, hint });
