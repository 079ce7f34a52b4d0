import { kinds } from '../../operator/src/api/kinds.ts';
import { version } from '../../operator/src/api/kind.ts';
import { runnerResult, terminationMessage } from '../../operator/src/api/runner-result.ts';
import { runnerTask } from '../../operator/src/api/runner-task.ts';
import { renderCustomResourceDefinition, renderManifest } from './custom-resource-definition.ts';
import { type DocumentSchema, type EditorSchema, renderEditorSchema, renderUnionSchema } from './editor-schema.ts';
import { type Problem, toJsonSchema } from './json-schema.ts';

/** Folders that hold generated files and nothing else. */
export const generatedFolders = ['crds', 'docs/schemas'] as const;

/** What is generated: contents by path from the repository's root, and what stands in the way. */
export interface Rendering {
  readonly files: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
}

const runnerDocuments = { Task: runnerTask, Result: runnerResult, TerminationMessage: terminationMessage };

/** Renders all generated files from the schemas in operator/src/api. */
export function renderFiles(): Rendering {
  const problems: Problem[] = [];
  const files = new Map<string, string>();
  const documents = kinds.map((kind) => {
    const place = { path: kind.kind, problems };
    const schema = toJsonSchema(kind.schema, place);
    const manifest = renderCustomResourceDefinition(kind, schema, place);
    files.set(`crds/conclave.dev_${kind.plural}.yaml`, renderManifest(manifest, place));
    return { name: kind.kind, schema };
  });
  const runner = Object.entries(runnerDocuments).map(([name, schema]) => ({
    name,
    schema: toJsonSchema(schema, { path: name, problems }),
  }));
  for (const document of [...documents, ...runner]) {
    files.set(schemaPath(document), json(renderEditorSchema(document)));
  }
  files.set('docs/schemas/conclave.schema.json', json(renderUnionSchema('Conclave', documents)));
  return { files, problems };
}

const schemaPath = ({ name }: DocumentSchema) => `docs/schemas/${name.toLowerCase()}.${version}.schema.json`;

const json = (schema: EditorSchema) => `${JSON.stringify(schema, null, 2)}\n`;
