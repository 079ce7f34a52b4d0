import { describe, expect, test } from 'vitest';
import { kinds } from '../../api/kinds.ts';
import { parseDocuments } from '../document/parse-documents.ts';
import { formatIssuePath } from '../issue-path.ts';
import { validateDocument } from '../validation/validate-document.ts';
import { readManifests } from './read-pipeline-documents.ts';

const read = (text: string) => readManifests(parseDocuments(text).documents);

/** All that is told of a text: place, path, message, hint. */
function told(text: string): string[] {
  return read(text)
    .flatMap((manifest) => [
      ...manifest.issues,
      ...validateDocument(manifest.value, kinds).map((issue) => manifest.place(issue)),
    ])
    .filter(({ severity }) => severity === undefined)
    .map(({ position: { line, column }, path, message, hint }) =>
      [`${line}:${column}`, formatIssuePath(path), message, hint].join(' | '),
    );
}

const canonical = `version: "1"
pipeline_id: p
workspace_id: w
project_id: x
steps:
  - id: a
    type: loop
    iterate_over: []
    max_parallel: 0
    loop_variable: source
    check: {not_exists: x, boolean: ready, run: b}
    steps:
      - id: b
        type: conditional
        timeout_minutes: 99999999
        condition: {expression: 'true'}
        branches: {if_false: {steps: []}}
`;
const manifest = 'apiVersion: conclave.dev/v1alpha1\nkind: Pipeline\nmetadata: {name: p}\nspec: {steps: []}\n';

describe('readManifests', () => {
  test('tells mistakes in the canonical form where they stand in the file, by the names they have there', () => {
    expect(told(canonical)).toEqual([
      '9:19 | steps[0].max_parallel | must be at least 1, found 0 | Iterations that may run at the same time; 1 by default.',
      '15:26 | steps[0].steps[0].timeout_minutes | must be at most 31536000, found 5999999940, counted in seconds | ' +
        'Time that one attempt may take, in seconds; `defaults.timeout_seconds` when left out.',
      '17:38 | steps[0].steps[0].branches.if_false.steps | must have at least 1 item, has 0 | Steps of the branch.',
      '11:12 | steps[0].check | exactly one of not_exists and boolean must be given | ',
    ]);
  });

  test('leaves values that a user wrote and values that are allowed as they are', () => {
    const text = `pipeline_id: p\nsteps:\n  - {id: a, type: custom_code, runtime: python3, code: {source: config_map}}`;
    expect(told(text)[0]).toBe(
      '3:65 | steps[0].code.source | must be one of inline, configMap, artifact, found the text "config_map" | did you mean configMap?',
    );
  });

  test('reads manifests as they stand there', () => {
    const [first] = read(manifest);
    expect(first).toMatchObject({ isCanonical: false, issues: [], value: { kind: 'Pipeline' } });
    expect(first?.describePath(['spec', 'steps'])).toBe('spec.steps');
    expect(first?.locate(['spec', 'steps'], 'key')).toEqual({ line: 4, column: 8 });
    expect(told(manifest)).toEqual(['4:15 | spec.steps | must have at least 1 item, has 0 | ' + stepsHint]);
  });

  test('finds the way from any path of a manifest back into the file', () => {
    const [pipeline, workItem] = read(
      `${canonical}replay: {enabled: true, original_execution_id: r, replay_from_step: a}`,
    );
    const paths = (made: typeof pipeline, ...wanted: (string | number)[][]) =>
      wanted.map((path) => made?.describePath(path));
    expect(
      paths(
        pipeline,
        ['metadata', 'name'],
        ['metadata', 'labels', 'conclave.dev/project'],
        ['spec', 'displayName'],
        ['spec', 'onExit', 0],
        ['spec', 'steps', 0, 'check', 0, 'notExists'],
        ['spec', 'steps', 0, 'steps', 0, 'dependsOn', 2],
      ),
    ).toEqual([
      'pipeline_id',
      'project_id',
      'name',
      'on_exit[0]',
      'steps[0].check.not_exists',
      'steps[0].steps[0].depends_on[2]',
    ]);
    expect(
      paths(
        workItem,
        ['spec', 'pipelineRef', 'name'],
        ['spec', 'replay', 'fromStep'],
        ['spec', 'priority'],
        ['spec', 'project'],
      ),
    ).toEqual(['pipeline_id', 'replay.replay_from_step', 'work_item.priority', 'project_id']);
    expect(workItem?.locate(['spec', 'replay', 'workItemName'])).toEqual({ line: 18, column: 48 });
  });

  test('reads both forms beside each other, and what is neither', () => {
    const found = read(`${manifest}---\n${canonical}---\n[1]\n---\n{"steps": [], "kind": "x"}`);
    expect(found.map(({ isCanonical }) => isCanonical)).toEqual([false, true, false, false]);
  });

  test('gives a document that is nested too deep as it is, with the reason', () => {
    let value: unknown = 1;
    for (let depth = 0; depth < 200; depth++) value = [value];
    const position = { line: 1, column: 1 };
    const document = { value: { steps: value }, position, locate: () => position };
    expect(readManifests([document])).toMatchObject([
      { isCanonical: true, issues: [{ code: 'NestedTooDeep', position }] },
    ]);
  });
});

const stepsHint = 'The steps. Those without dependencies between them run side by side.';
