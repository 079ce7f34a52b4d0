import { renderYamlDocuments } from '../../core/document/render-yaml.ts';
import type { Form } from './convert-manifests.ts';

/** The text of converted documents. Several manifests are a List in JSON; several canonical documents follow each other. */
export function renderConverted(
  values: readonly unknown[],
  { output, form }: { readonly output: 'yaml' | 'json'; readonly form: Form },
): string {
  if (output === 'yaml') return renderYamlDocuments(values);
  const isList = form === 'manifests' && values.length > 1;
  const documents = isList ? [{ apiVersion: 'v1', kind: 'List', items: values }] : values;
  return documents.map((document) => `${JSON.stringify(document, undefined, 2)}\n`).join('');
}
