import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeBraces, splitManifests, withChartMetadata } from './manifest-template.ts';

const file = `# About all of it.
apiVersion: v1
kind: ConfigMap
metadata:
  name: first
  namespace: somewhere
data:
  text: '{{input.name}} $& $1'
---
# About the second.
apiVersion: v1
kind: Secret
metadata:
  name: second
  labels: {app.kubernetes.io/name: other, app.kubernetes.io/component: part}
`;

/** As Helm renders what holds no other actions. */
const render = (template: string) => template.replaceAll('{{ "{{" }}', '{{');

describe('the manifests of a file', () => {
  it('are each its kind, its name, and its text with the comments above it', () => {
    const manifests = splitManifests(file);
    expect(manifests.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['ConfigMap first', 'Secret second']);
    expect(manifests.map(({ text }) => text.split('\n')[0])).toEqual(['# About all of it.', '# About the second.']);
  });

  it('need a name', () => {
    expect(() => splitManifests('kind: List\nitems: []\n')).toThrow('a manifest without metadata:\nkind: List');
  });
});

describe('a manifest as a template', () => {
  const [first, second] = splitManifests(file).map((manifest) => withChartMetadata(manifest));

  it('has the chart’s labels, and keeps what it says otherwise', () => {
    expect(render(first ?? '')).toBe(`# About all of it.
apiVersion: v1
kind: ConfigMap
metadata:
  name: first
  labels:
    {{- include "conclave.labels" . | nindent 4 }}
data:
  text: '{{input.name}} $& $1'
`);
  });

  it('keeps labels of its own but the name, which is the chart’s', () => {
    expect(second).toContain("| nindent 4 }}\n    app.kubernetes.io/component: 'part'\n");
    expect(second).not.toContain('other');
  });

  it('has annotations where they are given', () => {
    const [manifest] = splitManifests(file);
    const text = withChartMetadata(manifest!, ['  annotations:', '    a: b']);
    expect(text).toContain('| nindent 4 }}\n  annotations:\n    a: b\ndata:');
  });
});

describe('escaping', () => {
  it('leaves no action of a template in any text, and renders it again', () => {
    const texts = fc
      .array(fc.constantFrom('{', '}', '{{', '}}', '"', ' ', 'a', '\n', '-'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(texts, (text) => {
        const escaped = escapeBraces(text);
        expect(render(escaped)).toBe(text);
        expect(escaped.replaceAll('{{ "{{" }}', '')).not.toContain('{{');
      }),
    );
  });
});
