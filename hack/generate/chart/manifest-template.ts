/** Manifests of this repository as templates of the chart: what they say stays as it is, only their metadata become the chart's. */
import { parse } from 'yaml';

/** A manifest of a file: its text, with the comments above it. */
export interface ManifestText {
  readonly kind: string;
  readonly name: string;
  readonly text: string;
}

interface Metadata {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const metadataBlock = /^metadata:\n(?: .*\n)+/m;

/** The manifests of a file of YAML, in its order. @throws Error when one has no name. */
export function splitManifests(file: string): readonly ManifestText[] {
  return file
    .split(/^---\n/m)
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const { kind } = parse(text) as { readonly kind: string };
      return { kind, name: readMetadata(text).name, text };
    });
}

function readMetadata(text: string): Metadata {
  const [block] = metadataBlock.exec(text) ?? [];
  if (block === undefined) throw new Error(`a manifest without metadata:\n${text.slice(0, 200)}`);
  return (parse(block) as { readonly metadata: Metadata }).metadata;
}

/** The text as a template that renders it: its braces open no template. */
export function escapeBraces(text: string): string {
  return text.replaceAll('{{', `{{ "{{" }}`);
}

/** The manifest with the chart's labels beside its own, and with what `annotations` renders. */
export function withChartMetadata({ text }: ManifestText, annotations: readonly string[] = []): string {
  const { name, labels = {} } = readMetadata(text);
  const own = Object.entries(labels).filter(([key]) => key !== 'app.kubernetes.io/name');
  const metadata = [
    'metadata:',
    `  name: ${name}`,
    '  labels:',
    '    {{- include "conclave.labels" . | nindent 4 }}',
    ...own.map(([key, value]) => `    ${key}: '${value}'`),
    ...annotations,
  ];
  // A function, since `$` in what a string puts in would stand for something.
  return escapeBraces(text.replace(metadataBlock, () => `${placeholder}\n`)).replace(placeholder, () =>
    metadata.join('\n'),
  );
}

const placeholder = '# (metadata)';

/** A file of the chart that says where it comes from. */
export function generatedTemplate(source: string, body: string): string {
  return `{{- /* Generated from ${source} by \`npm run generate\`: change it there. */ -}}\n${body}`;
}
