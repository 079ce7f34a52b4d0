import { readFileSync } from 'node:fs';
import { pipelineSpec, type PipelineSpec } from '../api/pipeline.ts';
import { parseDocuments } from '../core/document/parse-documents.ts';
import { readManifests } from '../core/dsl/read-pipeline-documents.ts';

/** The spec of the first Pipeline of a file, whichever form it is in, with the defaults filled in. */
export function readExample(file: URL): PipelineSpec {
  const [manifest] = readManifests(parseDocuments(readFileSync(file, 'utf8')).documents);
  return pipelineSpec.parse((manifest?.value as { readonly spec: unknown }).spec);
}
