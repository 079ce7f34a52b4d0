import type { JsonObject } from '../../api/json.ts';
import type { Pipeline, PipelineSpec } from '../../api/pipeline.ts';
import type { WorkItem, WorkItemSpec } from '../../api/work-item.ts';
import { suggestName } from '../../core/validation/nearest-name.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';

/** What the command line says about which run is meant. */
export interface WantedRun {
  readonly pipeline?: string | undefined;
  readonly workItem?: string | undefined;
}

/** Objects of the files that may be run. */
export interface RunnableObjects {
  readonly pipelines: readonly Pipeline[];
  readonly workItems: readonly WorkItem[];
}

/** What is run. */
export interface ChosenRun {
  readonly title: string;
  /** Name of the Pipeline; none when it stands in the WorkItem. */
  readonly name?: string;
  readonly spec: PipelineSpec;
  readonly inputs: JsonObject;
  /** Empty without a WorkItem. */
  readonly workItem: Partial<WorkItemSpec>;
}

/**
 * Which of the objects is run: the only Pipeline with the WorkItem that runs it, or the only WorkItem with a pipeline of its
 * own, or what the command line names.
 * @throws Failure when there is none, or more than one
 */
export function chooseRun(objects: RunnableObjects, wanted: WantedRun): ChosenRun {
  const { pipelines, workItems } = objects;
  const named = wanted.workItem === undefined ? undefined : findNamed(workItems, wanted.workItem, 'WorkItem');
  if (named?.spec.pipelineSpec !== undefined) return fromWorkItem(named);
  const name = wanted.pipeline ?? named?.spec.pipelineRef?.name;
  if (name !== undefined) return fromPipeline(findNamed(pipelines, name, 'Pipeline'), workItems, named);
  return chooseOnly(objects);
}

function chooseOnly({ pipelines, workItems }: RunnableObjects): ChosenRun {
  const candidates = [...pipelines, ...workItems.filter(({ spec }) => spec.pipelineSpec !== undefined)];
  const [only, ...others] = candidates;
  if (only === undefined) throw nothingToRun();
  if (others.length > 0) throw tooMany(pipelines, candidates);
  return isWorkItem(only) ? fromWorkItem(only) : fromPipeline(only, workItems, undefined);
}

const isWorkItem = (object: Pipeline | WorkItem): object is WorkItem => object.kind === 'WorkItem';

function fromWorkItem({ metadata, spec }: WorkItem): ChosenRun {
  const { pipelineSpec, inputs = {} } = spec;
  if (pipelineSpec === undefined) throw nothingToRun();
  return { title: metadata.name, spec: pipelineSpec, inputs, workItem: spec };
}

/** A WorkItem that runs the Pipeline gives the inputs; of several the command line has to name one. */
function fromPipeline(
  { metadata, spec }: Pipeline,
  workItems: readonly WorkItem[],
  named: WorkItem | undefined,
): ChosenRun {
  const { name } = metadata;
  const [first, ...others] = workItems.filter((each) => each.spec.pipelineRef?.name === name);
  if (named === undefined && others.length > 0) throw tooManyWorkItems(name, [first, ...others] as WorkItem[]);
  const workItem = (named ?? first)?.spec;
  return { title: name, name, spec, inputs: workItem?.inputs ?? {}, workItem: workItem ?? {} };
}

function findNamed<T extends Pipeline | WorkItem>(objects: readonly T[], name: string, kind: string): T {
  const found = objects.find(({ metadata }) => metadata.name === name);
  if (found !== undefined) return found;
  const names = objects.map(({ metadata }) => metadata.name);
  const hint = suggestName(name, names, `${kind}s`) ?? `the files hold no ${kind}`;
  throw usage(`there is no ${kind} ${name} in the files`, hint);
}

function tooMany(pipelines: readonly Pipeline[], candidates: readonly (Pipeline | WorkItem)[]): Failure {
  const option = (object: Pipeline | WorkItem) =>
    `${isWorkItem(object) ? '--work-item' : '--pipeline'} ${object.metadata.name}`;
  const what = pipelines.length > 1 ? `${pipelines.length} Pipelines` : `${candidates.length} pipelines`;
  return usage(`the files hold ${what}`, `say which one is run: ${candidates.slice(0, 10).map(option).join(' or ')}`);
}

function tooManyWorkItems(name: string, workItems: readonly WorkItem[]): Failure {
  const options = workItems.slice(0, 10).map(({ metadata }) => `--work-item ${metadata.name}`);
  return usage(
    `${workItems.length} WorkItems run the Pipeline ${name}`,
    `say whose inputs are taken: ${options.join(' or ')}`,
  );
}

function nothingToRun(): Failure {
  return new Failure({
    ...{ exitCode: exitCodes.invalid, code: failureCodes.invalid, reason: 'NothingToRun' },
    message: 'the files hold no Pipeline, and no WorkItem with a pipeline of its own',
    hint: 'name a file with a Pipeline: conclave dry-run -f pipeline.yaml',
  });
}

function usage(message: string, hint: string): Failure {
  return new Failure({ exitCode: exitCodes.usage, code: failureCodes.invalid, reason: 'Usage', message, hint });
}
