import { readdirSync, readFileSync } from 'node:fs';
import { kinds } from '../../operator/src/api/kinds.ts';
import { version } from '../../operator/src/api/kind.ts';
import { runnerResult, terminationMessage } from '../../operator/src/api/runner-result.ts';
import { runnerTask } from '../../operator/src/api/runner-task.ts';
import { renderChart, type Texts } from './chart/render-chart.ts';
import { renderCustomResourceDefinition, renderManifest } from './custom-resource-definition.ts';
import { type DocumentSchema, type EditorSchema, renderEditorSchema, renderUnionSchema } from './editor-schema.ts';
import { type Problem, toJsonSchema } from './json-schema.ts';
import { renderErrors } from './reference/errors.ts';
import { renderMetrics } from './reference/metrics.ts';
import { renderPages } from './reference/pages.ts';
import { readConditions } from './reference/reasons.ts';
import { readSamples } from './reference/samples.ts';

/** Folders that hold generated files; what else is in them does not say that it was generated. */
export const generatedFolders = ['crds', 'docs/schemas', 'docs/reference', 'charts/conclave'] as const;

/** What is generated: contents by path from the repository's root, and what stands in the way. */
export interface Rendering {
  readonly files: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

const runnerDocuments = { Task: runnerTask, Result: runnerResult, TerminationMessage: terminationMessage };

/** Renders all generated files from the schemas in operator/src/api; the working folder is the repository's root. */
export function renderFiles(): Rendering {
  const problems: Problem[] = [];
  const files = new Map<string, string>();
  const objects = kinds.map((kind) => ({ kind, schema: toJsonSchema(kind.schema, { path: kind.kind, problems }) }));
  for (const { kind, schema } of objects) {
    const place = { path: kind.kind, problems };
    const manifest = renderCustomResourceDefinition(kind, schema, place);
    files.set(`crds/conclave.dev_${kind.plural}.yaml`, renderManifest(manifest, place));
  }
  const documents = objects.map(({ kind, schema }) => ({ name: kind.kind, schema }));
  const runner = Object.entries(runnerDocuments).map(([name, schema]) => ({
    name,
    schema: toJsonSchema(schema, { path: name, problems }),
  }));
  for (const document of [...documents, ...runner]) {
    files.set(schemaPath(document), json(renderEditorSchema(document)));
  }
  files.set('docs/schemas/conclave.schema.json', json(renderUnionSchema('Conclave', documents)));
  const samples = readSamples('config/samples', 'config/samples/agents');
  const conditions = readConditions(readFileSync('operator/src/core/reasons.ts', 'utf8'));
  for (const [name, text] of renderPages({ kinds: objects, runner, samples, conditions })) {
    files.set(`docs/reference/${name}`, text);
  }
  files.set('docs/reference/errors.md', renderErrors());
  files.set('docs/reference/metrics.md', renderMetrics());
  for (const [name, text] of renderChartFiles(files)) files.set(`charts/conclave/${name}`, text);
  return { files, problems };
}

/** The chart has the CRDs that were rendered now, not those that were written before. */
function renderChartFiles(rendered: Texts): Texts {
  const text = (path: string) => readFileSync(path, 'utf8');
  const policies = readdirSync('config/policies').sort();
  const { version: productVersion } = JSON.parse(text('package.json')) as { readonly version: string };
  return renderChart({
    version: productVersion,
    kinds,
    crds: new Map(
      [...rendered].flatMap(([path, crd]) => (path.startsWith('crds/') ? [[path.slice('crds/'.length), crd]] : [])),
    ),
    policies: new Map(policies.map((name) => [name, text(`config/policies/${name}`)])),
    peopleRoles: text('config/rbac/roles.yaml'),
    rights: [text('config/rbac/operator.yaml'), text('config/server/rbac.yaml')],
    values: text('charts/conclave/values.yaml'),
    valuesSchema: JSON.parse(text('charts/conclave/values.schema.json')) as object,
  });
}

const schemaPath = ({ name }: DocumentSchema) => `docs/schemas/${name.toLowerCase()}.${version}.schema.json`;

const json = (schema: EditorSchema) => `${JSON.stringify(schema, null, 2)}\n`;
