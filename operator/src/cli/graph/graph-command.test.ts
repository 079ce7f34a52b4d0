import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { runCommandLine } from '../../testing/run-command-line.ts';

const root = new URL('../../../../', import.meta.url);
const file = (path: string) => fileURLToPath(new URL(path, root));
const example = file('operator/src/testing/examples/investigation.yaml');
const hello = file('config/samples/hello.yaml');
const graph = (words: readonly string[], input?: string) => runCommandLine(['graph', ...words], input);

const aPipeline = (name: string, spec = '{steps: [{name: a, type: crawler, method: m}]}') =>
  `apiVersion: conclave.dev/v1alpha1\nkind: Pipeline\nmetadata: {name: ${name}}\nspec: ${spec}\n`;

describe('conclave graph', () => {
  test('draws the investigation example as Mermaid, with its check, fallback, loop, branches and route', async () => {
    const { exitCode, out, err } = await graph(['-f', example]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toMatch(/^---\ntitle: "Social Media Risk Assessment"\n---\nflowchart TD\n/);
    for (const part of [
      '  s0 ==>|"no profile.profile_picture"| s1\n  s0 ==>|"on failure"| s1\n',
      '  subgraph s2["collect_multiple_sources<br/>loop · each source of #123;#123;input.sources#125;#125;"]\n    s3[',
      '    s15_if{"#123;#123;analyze_behavioral_patterns.risk_score#125;#125; #62; 0.75"}\n    subgraph s15_true["if true"]\n',
      '  s0 -.-> s6\n  s1 -.-> s6\n  s4 -.-> s6\n',
      '  s18 ==>|"#123;#123;collect_twitter.profile.followers_count#125;#125; #62; 10000"| s18_route0\n',
    ])
      expect(out).toContain(part);
  });

  test('draws for Graphviz', async () => {
    const { exitCode, out } = await graph(['-o', 'dot', hello]);
    expect(exitCode).toBe(0);
    expect(out).toContain('  s0 [label="greet\\ncustom_code · python3", shape=box, peripheries=2,');
    expect(out).toContain('  s0 -> s1_if [lhead=cluster_s1];\n');
    expect(out).toMatch(/^digraph "Hello" \{\n[^]*\n\}\n$/);
  });

  test('draws a picture, the one that the guide shows', async () => {
    const { exitCode, out } = await graph(['-o', 'svg', file('config/samples/canonical/risk-report.yaml')]);
    expect(exitCode).toBe(0);
    expect(out).toBe(readFileSync(file('docs/pictures/risk-report.svg'), 'utf8'));
  });

  test('draws the pipeline of a WorkItem that has one of its own', async () => {
    const spec = '{pipelineSpec: {steps: [{name: only, type: crawler, method: m}]}}';
    const { out } = await graph(['-'], aPipeline('w', spec).replace('Pipeline', 'WorkItem'));
    expect(out).toContain('title: "w"');
    expect(out).toContain('s0["only<br/>crawler · m"]');
  });

  test('draws the one of several that is named', async () => {
    const several = `${aPipeline('p')}---\n${aPipeline('q')}`;
    expect((await graph(['-', '--pipeline', 'q'], several)).out).toContain('title: "q"');
  });

  test.each<[string, string[], string, number, string]>([
    [
      'several without a name',
      ['-'],
      `${aPipeline('p')}---\n${aPipeline('q')}`,
      2,
      'error: the files hold 2 pipelines, and a picture shows one\n  hint: say which: --pipeline NAME, of p, q\n',
    ],
    [
      'a name that none has',
      ['-', '--pipeline', 'x'],
      aPipeline('p'),
      2,
      "error: there is no pipeline 'x'\n  hint: pipelines: p\n",
    ],
    [
      'files without any',
      ['-'],
      'apiVersion: conclave.dev/v1alpha1\nkind: Tenant\nmetadata: {name: default}\nspec: {}',
      1,
      'error: the files hold no pipeline\n',
    ],
    [
      'a format that does not exist',
      ['-o', 'png', hello],
      '',
      2,
      "error: option '-o, --output <format>' argument 'png' is invalid. Allowed choices are mermaid, dot, svg.\n  hint: see conclave graph --help\n",
    ],
    [
      'no file',
      [],
      '',
      2,
      'error: no file is named\n  hint: name a file: -f pipeline.yaml, or -f - for standard input\n',
    ],
  ])('refuses %s', async (_, words, input, exitCode, message) => {
    expect(await graph(words, input)).toEqual({ exitCode, out: '', err: message });
  });

  test('tells mistakes and draws nothing', async () => {
    const { exitCode, out, err } = await graph(['-'], aPipeline('p', '{steps: [{name: a, type: crawl}]}'));
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: '' });
    expect(err).toContain('-:4:32: error: unknown type "crawl" [UnknownType] (spec.steps[0].type)\n');
  });

  test('says when a pipeline is too large for a picture, and what to do', async () => {
    const steps = Array.from(
      { length: 1000 },
      (_, index) => `{name: s${index}, type: crawler, method: m, dependsOn: [${index === 0 ? '' : `s${index - 1}`}]}`,
    );
    const { exitCode, err } = await graph(['-', '-o', 'svg'], aPipeline('p', `{steps: [${steps.join(', ')}]}`));
    expect(exitCode).toBe(1);
    expect(err).toBe(
      'error: the pipeline is too large for a picture: 999 arrows run through too many layers\n  hint: take -o dot, and let Graphviz lay it out\n',
    );
  });
});
