import type { PipelineSpec } from '../../api/pipeline.ts';
import { compileExpression } from '../expression/expression.ts';
import { loopsAround } from '../pipeline/scope-rules.ts';
import type { PipelineGraph, StepNode } from '../pipeline/step-node.ts';
import { expressionFields, templateFields } from '../pipeline/step-templates.ts';
import { parseTemplate } from '../template/parse-template.ts';
import type { Reference, Segment } from '../template/reference.ts';
import { findReferenceUses } from '../validation/data-flow/reference-uses.ts';
import { sketchExpression } from './sketch-expression.ts';
import { ValueSketch } from './value-sketch.ts';

/** What a Pipeline shows of the values in it by how it uses them. */
export class ValueSketches {
  /** The inputs of the run. */
  readonly input = new ValueSketch();
  readonly #steps = new Map<StepNode, ValueSketch>();
  readonly #graph: PipelineGraph;

  constructor(spec: PipelineSpec, graph: PipelineGraph) {
    this.#graph = graph;
    for (const { reference, node } of findReferenceUses({ spec, graph })) this.#find(reference, node);
    for (const node of graph.nodes) this.#sketchStep(node);
  }

  /** The outputs of a step. */
  of(node: StepNode): ValueSketch {
    const sketch = this.#steps.get(node) ?? new ValueSketch();
    this.#steps.set(node, sketch);
    return sketch;
  }

  #sketchStep(node: StepNode): void {
    const { step } = node;
    const list = step.type === 'loop' ? wholeReference(step.iterateOver) : undefined;
    if (list !== undefined) this.#find(list, node)?.item({ kind: 'splat' });
    // Inside of other text it is rendered: a name is made of plain values.
    for (const { value } of templateFields(step)) if (typeof value === 'string') this.#sketchTextParts(value, node);
    for (const { text, variables } of expressionFields(step)) {
      const compiled = compileExpression(text);
      if ('problem' in compiled) continue;
      const { expression } = compiled;
      sketchExpression(expression, (name) => {
        const bound = expression.program.references.get(name);
        if (bound !== undefined) return this.#find(bound.reference, node);
        return variables === 'outputs' && expression.variables.includes(name) ? this.of(node).field(name) : undefined;
      });
    }
  }

  #sketchTextParts(text: string, node: StepNode): void {
    const parsed = parseTemplate(text);
    if ('problem' in parsed || parsed.parts.length < 2) return;
    for (const part of parsed.parts)
      if (part.kind === 'reference')
        this.#find(part.reference, node)?.be(part.reference.segments.map(nameOf).at(-1) ?? 'text');
  }

  /** The sketch of what a reference stands for; undefined for what is not made up. */
  #find({ root, segments }: Reference, node: StepNode | undefined): ValueSketch | undefined {
    const loop = node && loopsAround(node).find(({ step }) => step.type === 'loop' && step.loopVariable === root);
    if (loop !== undefined) return this.#findItem(loop, segments);
    if (root === 'input') return this.input.at(segments);
    const target = this.#graph.byName.get(root);
    if (target === undefined) return undefined;
    return target.step.type === 'loop' ? this.#findResult(target, segments) : this.of(target).at(segments);
  }

  /** A loop variable is an item of the loop's list, or several of them. */
  #findItem(loop: StepNode, segments: readonly Segment[]): ValueSketch | undefined {
    if (loop.step.type !== 'loop') return undefined;
    const { iterateOver, batchSize = 1 } = loop.step;
    const list = wholeReference(iterateOver);
    const found = list && this.#find(list, loop);
    return batchSize > 1 ? found?.at(segments) : found?.item({ kind: 'splat' }).at(segments);
  }

  /** `results[n].child.field` of a loop is a field of its child. */
  #findResult(loop: StepNode, [results, item, child, ...rest]: readonly Segment[]): ValueSketch | undefined {
    const isResult =
      results?.kind === 'field' && results.name === 'results' && item !== undefined && item.kind !== 'field';
    const node = isResult && child?.kind === 'field' ? this.#graph.byName.get(child.name) : undefined;
    return node?.loop === loop ? this.of(node).at(rest) : undefined;
  }
}

const nameOf = (segment: Segment) => (segment.kind === 'field' ? segment.name : 'item');

/** The reference that a text is, and nothing else: it keeps its type. */
function wholeReference(value: unknown): Reference | undefined {
  const parsed = typeof value === 'string' ? parseTemplate(value) : undefined;
  const [only, ...others] = parsed === undefined || 'problem' in parsed ? [] : parsed.parts;
  return only?.kind === 'reference' && others.length === 0 ? only.reference : undefined;
}
