import type { JsonObject } from '../../api/json.ts';
import type { PipelineSpec } from '../../api/pipeline.ts';
import { priorities, type WorkItem } from '../../api/work-item.ts';
import type { Issue } from '../issue.ts';
import { councilPipeline } from '../pipeline/council-pipeline.ts';
import { pipelineGraph } from '../pipeline/pipeline-graph.ts';
import { quote } from '../quote.ts';
import { atLevel } from './at-level.ts';
import { checkLiteral } from './data-flow/check-value.ts';
import { KnownNames } from './data-flow/known-names.ts';
import { parameterSchema } from './data-flow/reference-schemas.ts';
import { problemIssue } from './data-flow/reference-uses.ts';
import { SchemaWork } from './data-flow/schema-work.ts';
import { suggestName } from './nearest-name.ts';
import { findReferenceIssues } from './references/find-reference-issues.ts';
import { missingObject } from './references/missing-object.ts';
import { type Examination, validatePipelineSpec } from './validate-pipeline.ts';
import type { WorldIndex } from './world.ts';

/** Levels 2 to 4 of validation of a WorkItem that fits its schema: what it runs, and whether that takes its inputs. */
export function validateWorkItem(workItem: WorkItem, index: WorldIndex): Examination {
  const { pipelineRef, pipelineSpec, inputs = {} } = workItem.spec;
  const spec = pipelineSpec ?? (pipelineRef && index.pipeline(pipelineRef.name)?.spec);
  const own =
    pipelineSpec && validatePipelineSpec(pipelineSpec, { world: index, base: ['spec', 'pipelineSpec'], inputs });
  return {
    ...own,
    issues: [
      ...(own?.issues ?? []),
      ...atLevel(2, findMissingReferences(workItem, index), ['spec']),
      ...atLevel(3, spec === undefined ? [] : checkAgainst(spec, workItem, index), ['spec']),
    ],
  };
}

function findMissingReferences(workItem: WorkItem, index: WorldIndex): Issue[] {
  const { pipelineRef, councilRef, priority } = workItem.spec;
  const { world } = index;
  const issues: Issue[] = [];
  if (pipelineRef !== undefined && index.pipeline(pipelineRef.name) === undefined) {
    const known = world.pipelines.map(({ metadata }) => metadata.name);
    const use = { code: 'PipelineNotFound', what: 'Pipeline', name: pipelineRef.name, path: ['pipelineRef', 'name'] };
    issues.push(missingObject({ ...use, known }, world));
  }
  if (councilRef !== undefined) issues.push(...findCouncilIssues(workItem, index));
  if (typeof priority === 'string') issues.push(...checkPriority(priority, index));
  return issues;
}

/** All that a step would be told which asks that Council. */
function findCouncilIssues(workItem: WorkItem, index: WorldIndex): Issue[] {
  const graph = pipelineGraph(councilPipeline(workItem));
  return findReferenceIssues(graph, index).map((issue) => ({ ...issue, path: ['councilRef', 'name'] }));
}

function checkPriority(name: string, { world }: WorldIndex): Issue[] {
  const { complete, tenant } = world;
  const known = [...Object.keys(priorities), ...(tenant?.spec.queue.priorities ?? []).map((each) => each.name)];
  if (known.includes(name)) return [];
  const isCertain = complete || tenant !== undefined;
  const hint = suggestName(name, known, 'priorities');
  return [
    {
      code: 'UnknownPriority',
      ...(!isCertain && { severity: 'warning' }),
      path: ['priority'],
      message: `there is no priority ${quote(name)}`,
      ...(hint !== undefined && { hint }),
    },
  ];
}

function checkAgainst(spec: PipelineSpec, { spec: { inputs = {}, replay } }: WorkItem, world: WorldIndex): Issue[] {
  const flow = { spec, graph: pipelineGraph(spec), world, work: new SchemaWork() };
  const from = replay?.fromStep;
  const isUnknown = from !== undefined && !flow.graph.byName.has(from);
  const problem = isUnknown ? new KnownNames(flow).notFound(from, undefined) : undefined;
  return [
    ...(problem === undefined ? [] : [problemIssue(problem, ['replay', 'fromStep'])]),
    ...checkGivenInputs(spec, inputs, flow.work),
  ];
}

/** What a WorkItem gives to the parameters of its Pipeline. */
function checkGivenInputs({ parameters = [] }: PipelineSpec, inputs: JsonObject, work: SchemaWork): Issue[] {
  const known = parameters.map(({ name }) => name);
  const missing = parameters.filter(
    ({ name, required, default: fallback }) =>
      (required ?? fallback === undefined) && fallback === undefined && !Object.hasOwn(inputs, name),
  );
  return [
    ...missing.map(({ name }): Issue => ({
      code: 'InputMissing',
      path: ['inputs'],
      message: `the Pipeline needs the input ${quote(name)}`,
      hint: `give it: \`inputs: {${name}: …}\``,
    })),
    ...Object.entries(inputs).flatMap(([name, value]) => {
      const parameter = parameters.find((each) => each.name === name);
      if (parameter === undefined) return [unknownInput(name, known)];
      const schema = parameterSchema(parameter, work);
      return schema === true ? [] : checkLiteral({ value, schema, path: ['inputs', name] }, work);
    }),
  ];
}

/** A run refuses it, so that a misspelled input is not lost. */
function unknownInput(name: string, known: readonly string[]): Issue {
  const hint = suggestName(name, known, 'parameters');
  return {
    ...{
      code: 'UnknownInput',
      path: ['inputs', name],
      message: `the Pipeline has no parameter ${quote(name)}`,
      atKey: true,
    },
    ...(hint !== undefined && { hint }),
  };
}
