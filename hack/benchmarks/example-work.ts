import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../operator/src/api/json.ts';
import { pipelineSpec } from '../../operator/src/api/pipeline.ts';
import { parseDocuments } from '../../operator/src/core/document/parse-documents.ts';
import { readManifests } from '../../operator/src/core/dsl/read-pipeline-documents.ts';
import { compileExpression, evaluateExpression } from '../../operator/src/core/expression/expression.ts';
import { pipelineGraph } from '../../operator/src/core/pipeline/pipeline-graph.ts';
import type { StepNode } from '../../operator/src/core/pipeline/step-node.ts';
import { expressionFields } from '../../operator/src/core/pipeline/step-templates.ts';
import { resolveBindings } from '../../operator/src/core/template/resolve-bindings.ts';
import type { Resolved } from '../../operator/src/core/template/scope.ts';
import { judge } from '../../operator/src/core/validation/judge.ts';
import { unknownWorld } from '../../operator/src/core/validation/world.ts';
import { aScope } from '../../operator/src/testing/a-scope.ts';
import { repositoryRoot } from '../cluster/paths.ts';
import type { TimedWork } from './time-work.ts';

/** Work of which one turn does `each` of what is counted. */
export interface CountedWork {
  readonly timed: TimedWork;
  readonly each: number;
}

const text = readFileSync(join(repositoryRoot, 'operator/src/testing/examples/investigation.yaml'), 'utf8');

/** Reads and judges the example from its text, at all levels. @throws Error when it is not valid */
export function judgeExample(): void {
  const { documents, issues } = parseDocuments(text);
  const { errors } = judge([{ issues, documents: readManifests(documents) }], unknownWorld);
  if (errors.length > 0) throw new Error(`the example is not valid: ${JSON.stringify(errors)}`);
}

/** Resolves the inputs of the example's steps; each step counts as one. */
export function resolveExample(): CountedWork {
  const steps = exampleNodes().flatMap(({ step: { inputs } }) => (inputs === undefined ? [] : [inputs]));
  const timed = () => {
    const scope = exampleScope();
    return () => {
      for (const bindings of steps) valueOf(resolveBindings(bindings, scope));
    };
  };
  return { timed, each: steps.length };
}

/** Evaluates the example's expressions; each counts as one. They are compiled once, as in an operator that goes on. */
export function evaluateExample(): CountedWork {
  const fields = exampleNodes().flatMap(({ step }) => expressionFields(step).map(({ text: each }) => each));
  const expressions = fields.map((each) => {
    const compiled = compileExpression(each);
    if ('problem' in compiled) throw new Error(compiled.problem.message);
    return compiled.expression;
  });
  const timed = () => {
    const scope = exampleScope();
    return () => {
      for (const expression of expressions) valueOf(evaluateExpression(expression, { scope, variables }));
    };
  };
  return { timed, each: expressions.length };
}

function exampleNodes(): readonly StepNode[] {
  const [manifest] = readManifests(parseDocuments(text).documents);
  const { spec } = manifest?.value as { readonly spec: unknown };
  return pipelineGraph(pipelineSpec.parse(spec)).nodes;
}

const profile = {
  ...{ profile_picture: 'https://pictures.example/1.jpg', email: 'someone@example.org' },
  ...{ followers_count: 120_000, following_count: 9, post_frequency: 12.5 },
  recent_posts: Array.from({ length: 20 }, (_, index) => ({
    id: `post-${index}`,
    text: 'a post of some length '.repeat(6),
  })),
};

/** What a `check` of the first step sees by bare names. */
const variables: JsonObject = { profile };

const outputs = JSON.stringify({
  collect_twitter: { profile },
  collect_facebook: { profile },
  analyze_sentiment_llm: { sentiment_scores: { scores: [0.2, 0.7, 0.4] } },
  analyze_behavioral_patterns: { behavioral_analysis: { patterns: ['nightly'] }, risk_score: 0.8 },
  analyze_followers: { followers: Array.from({ length: 50 }, (_, index) => `follower-${index}`) },
  graph_analysis: { graph_metrics: { nodes: 50, edges: 700, density: 0.29 } },
  train_custom_model: { model_version: '3' },
});

const inputs: JsonObject = {
  ...{ target_username: 'someone', target_fb_id: 'fb-1' },
  sources: [{ type: 'twitter', target_identifier: 'someone' }],
};

/** Outputs as an operator has them: read anew from status with each reconcile. */
function exampleScope() {
  const [source] = inputs['sources'] as JsonObject[];
  return aScope(JSON.parse(outputs) as JsonObject, { input: inputs, source: source ?? {}, source_index: 0 });
}

function valueOf<T>(resolved: Resolved<T>): T {
  if ('problem' in resolved) throw new Error(resolved.problem.message);
  return resolved.value;
}
