import { apiVersion } from '../../api/kind.ts';
import { pipelineSpec } from '../../api/pipeline.ts';
import { ownValue } from '../validation/schema-view.ts';
import { annotations, projectLabel } from './annotations.ts';
import { documentFields, isDocumentField } from './document-fields.ts';
import { dslObjectAt } from './dsl-schema.ts';
import { impliedParameters } from './implied-parameters.ts';
import { kubernetesName, labelValue } from './kubernetes-name.ts';
import type { ReadReplay } from './read-replay.ts';
import { type Gathered, recaseToManifest, tell } from './recase-to-manifest.ts';
import { unknownField } from './unknown-field.ts';
import { type KeptField, writeMetadata } from './write-metadata.ts';

/** The Pipeline of a document in the canonical form. */
export function pipelineFromCanonical(document: object, replay: ReadReplay, gathered: Gathered): object {
  const written = writtenSpec(document, gathered);
  const implied = impliedParameters(written);
  const spec = completeSpec(written, implied, gathered);
  const metadata = pipelineMetadata(document, { replay, implied: implied.map(({ name }) => name) }, gathered);
  const manifest = { apiVersion, kind: 'Pipeline', metadata, spec };
  gathered.trails.set(manifest, () => []);
  return manifest;
}

/** The name that a Pipeline gets for a `pipeline_id`. What is no text stays as it is: the schema complains about it. */
export function pipelineName(document: object): unknown {
  const id = ownValue(document, 'pipeline_id');
  return typeof id === 'string' ? kubernetesName(id, 'pipeline') : id;
}

/** The spec as the document says it, in the order of the schema. */
function writtenSpec(document: object, gathered: Gathered): object {
  const known = dslObjectAt(pipelineSpec, document);
  const forms = [...(known?.forms.keys() ?? [])];
  const written = forms.flatMap((name): [string, unknown][] => {
    const value = ownValue(document, name);
    return value === undefined ? [] : [[name, value]];
  });
  const unknown = Object.keys(document).filter((key) => known?.forms.has(key) !== true && !isDocumentField(key));
  for (const key of unknown) tell(gathered, () => unknownField([key], [...documentFields, ...forms]));
  return recaseToManifest(pipelineSpec, { value: Object.fromEntries(written), path: [] }, gathered) as object;
}

/** The spec with the parameters that it uses and does not declare. */
function completeSpec(spec: object, implied: readonly unknown[], { trails }: Gathered): object {
  if (implied.length === 0) return spec;
  const declared = (ownValue(spec, 'parameters') ?? []) as readonly unknown[];
  const parameters = [...declared, ...implied];
  // In the order of the schema, where parameters stand before what uses them.
  const fields = [...(dslObjectAt(pipelineSpec, spec)?.fields.keys() ?? [])];
  const completed = Object.fromEntries(
    fields.flatMap((field): [string, unknown][] => {
      const value = field === 'parameters' ? parameters : ownValue(spec, field);
      return value === undefined ? [] : [[field, value]];
    }),
  );
  const trail = trails.get(spec);
  if (trail !== undefined) trails.set(completed, trail);
  return completed;
}

interface KeptFacts {
  readonly replay: ReadReplay;
  /** Names of the parameters that nobody declared. */
  readonly implied: readonly string[];
}

const namedById = 'pipeline_id names the object';

function pipelineMetadata(document: object, { replay, implied }: KeptFacts, gathered: Gathered): object {
  const name = pipelineName(document);
  const id = ownValue(document, 'pipeline_id');
  const project = ownValue(document, 'project_id');
  const keptReplay = replay.block !== undefined && !replay.isEnabled ? JSON.stringify(replay.block) : undefined;
  const kept = [
    keep(annotations.pipelineId, name === id ? undefined : id, 'pipeline_id'),
    keep(annotations.workspaceId, ownValue(document, 'workspace_id'), 'workspace_id'),
    keep(annotations.projectId, project, 'project_id'),
    keep(annotations.impliedParameters, implied.length === 0 ? undefined : implied.join(','), 'steps'),
    keep(annotations.replay, keptReplay, 'replay'),
  ];
  return writeMetadata(
    {
      name,
      nameOrigin: ['pipeline_id'],
      written: ownValue(document, 'metadata'),
      path: ['metadata'],
      refused: new Map([
        ['name', namedById],
        ['generateName', namedById],
      ]),
      labels: typeof project === 'string' ? keep(projectLabel, labelValue(project), 'project_id') : [],
      annotations: kept.flat(),
    },
    gathered,
  );
}

const keep = (key: string, value: unknown, field: string): KeptField[] =>
  value === undefined ? [] : [{ key, value, origin: [field] }];
