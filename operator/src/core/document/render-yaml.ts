import { dump } from 'js-yaml';

/**
 * A JSON value as YAML that every reader of Kubernetes takes for the same value: texts that YAML 1.1 or 1.2 could take
 * for something else stand in quotes, texts of several lines as blocks, and nothing is folded or shared.
 */
export function renderYaml(value: unknown): string {
  return dump(value, { noRefs: true, lineWidth: -1, seqNoIndent: false });
}

/** Several values as one YAML file. */
export function renderYamlDocuments(values: readonly unknown[]): string {
  return values.map(renderYaml).join('---\n');
}
