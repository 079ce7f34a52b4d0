import { type PipelineSpec, pipelineSpec } from '../../api/pipeline.ts';
import { ownValue } from '../../core/validation/schema-view.ts';
import { pruneDefaultedNulls } from '../../core/validation/prune-nulls.ts';
import { exitCodes } from '../exit-codes.ts';
import { Failure, failureCodes } from '../failure.ts';
import { printable } from '../paint.ts';
import type { LoadedManifest } from '../sources/load-manifests.ts';

/** A pipeline that can be drawn: of a Pipeline, or of a WorkItem that has its own. */
export interface Drawable {
  readonly name: string;
  readonly spec: PipelineSpec;
}

/**
 * The pipeline to draw among valid manifests: the only one, or that of the name.
 * @throws Failure when there is none, or several and no name
 */
export function findDrawable(loaded: readonly LoadedManifest[], name: string | undefined): Drawable {
  const drawables = loaded.flatMap(({ manifest }) => drawableOf(manifest.value));
  const wanted = name === undefined ? drawables : drawables.filter((drawable) => drawable.name === name);
  const [first, ...others] = wanted;
  if (first !== undefined && others.length === 0) return first;
  const names = drawables.map((drawable) => printable(drawable.name));
  throw first === undefined ? noPipeline(names, name) : severalPipelines(names);
}

function drawableOf(manifest: unknown): Drawable[] {
  const [kind, spec] = [ownValue(manifest, 'kind'), ownValue(manifest, 'spec')];
  const written = kind === 'Pipeline' ? spec : kind === 'WorkItem' ? ownValue(spec, 'pipelineSpec') : undefined;
  const parsed = pipelineSpec.safeParse(pruneDefaultedNulls(pipelineSpec, written));
  const metadata = ownValue(manifest, 'metadata');
  const name = ownValue(metadata, 'name') ?? ownValue(metadata, 'generateName');
  return parsed.success ? [{ name: String(name), spec: parsed.data }] : [];
}

const MOST_NAMES = 20;

function noPipeline(names: readonly string[], name: string | undefined): Failure {
  const isNamed = name !== undefined && names.length > 0;
  return new Failure({
    exitCode: isNamed ? exitCodes.usage : exitCodes.invalid,
    code: failureCodes.invalid,
    reason: 'NoPipeline',
    message: isNamed ? `there is no pipeline '${printable(name)}'` : 'the files hold no pipeline',
    ...(isNamed && { hint: `pipelines: ${names.slice(0, MOST_NAMES).join(', ')}` }),
  });
}

function severalPipelines(names: readonly string[]): Failure {
  return new Failure({
    exitCode: exitCodes.usage,
    code: failureCodes.invalid,
    reason: 'SeveralPipelines',
    message: `the files hold ${names.length} pipelines, and a picture shows one`,
    hint: `say which: --pipeline NAME, of ${names.slice(0, MOST_NAMES).join(', ')}`,
  });
}
