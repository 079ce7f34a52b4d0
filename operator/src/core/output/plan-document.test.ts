import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../api/json.ts';
import { inputLimits } from './find-excess.ts';
import type { OutputRequest } from './output-document.ts';
import { planDocument } from './plan-document.ts';

const request: OutputRequest = {
  format: 'markdown',
  inputs: { state: 'ok' },
  step: 'monthly_report',
  workItem: 'risk-review',
  createdAt: '2026-11-28T08:00:00Z',
};

describe('a document', () => {
  test('has a plain layout without a template', () => {
    expect(planDocument(request)).toEqual({
      planned: {
        format: 'markdown',
        name: 'risk-review-monthly_report',
        title: 'Monthly report',
        createdAt: '2026-11-28T08:00:00Z',
        markdown:
          '# Monthly report\n\nStep *monthly\\_report* of *risk-review*\n\n| Name | Value |\n| --- | --- |\n| state | ok |\n',
      },
    });
  });

  test('has the title of the template above its content', () => {
    const template = { title: 'All *{{inputs.state}}*', content: '{{inputs.state}}!' };
    expect(planDocument({ ...request, template })).toMatchObject({
      planned: { title: 'All *ok*', markdown: '# All \\*ok\\*\n\nok!\n' },
    });
  });

  test('keeps the heading that the content begins with, where the template has no title', () => {
    expect(planDocument({ ...request, template: { content: '# Mine\n\ntext\n\n' } })).toMatchObject({
      planned: { title: 'Monthly report', markdown: '# Mine\n\ntext\n' },
    });
  });

  test('is the same as PDF and as Markdown', () => {
    const [pdf, markdown] = (['pdf_report', 'markdown'] as const).map((format) => planDocument({ ...request, format }));
    expect(pdf).toEqual({ planned: { ...(markdown as { planned: object }).planned, format: 'pdf_report' } });
  });

  test('is the same JSON for the same value, whatever the order of its fields', () => {
    const json = (inputs: OutputRequest['inputs']) => planDocument({ ...request, format: 'json', inputs });
    expect(json({ b: [1], a: { d: 1, c: 2 } })).toEqual(json({ a: { c: 2, d: 1 }, b: [1] }));
    expect(json({ b: 1, a: 'x' })).toMatchObject({ planned: { json: '{\n  "a": "x",\n  "b": 1\n}\n' } });
  });

  test('is a table by the columns of the template', () => {
    const template = { columns: [{ header: 'A', path: 'a' }] };
    expect(
      planDocument({ ...request, format: 'csv_dataset', template, inputs: { rows: [{ a: 1, b: 2 }] } }),
    ).toMatchObject({ planned: { format: 'csv_dataset', header: ['A'], rows: [['1']] } });
  });

  test('is a picture of a graph', () => {
    expect(planDocument({ ...request, format: 'graph_visualization', inputs: { nodes: ['a'] } })).toMatchObject({
      planned: { format: 'graph_visualization', drawing: { title: 'Monthly report' } },
    });
  });

  test.each(['csv_dataset', 'graph_visualization'] as const)('tells what is wrong with its inputs: %s', (format) => {
    expect(planDocument({ ...request, format })).toMatchObject({ issues: [{ path: ['inputs'] }] });
  });

  test.each(['title', 'content'] as const)('tells what is wrong with the %s of its template', (field) => {
    expect(planDocument({ ...request, template: { [field]: '{{inputs.x}}' } })).toMatchObject({
      issues: [{ path: ['template', field] }],
    });
  });

  test('has a name that is safe as the name of a file', () => {
    expect(planDocument({ ...request, step: '../loop[3].a b' })).toMatchObject({
      planned: { name: 'risk-review-..-loop-3-.a-b' },
    });
  });

  test('has a title of bounded length', () => {
    const template = { title: '{{inputs.long}}' };
    expect(planDocument({ ...request, template, inputs: { long: 'x'.repeat(1000) } })).toMatchObject({
      planned: { title: 'x'.repeat(300) },
    });
  });

  test('is not made of inputs that are nested too deeply', () => {
    let deep: JsonValue = 1;
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(planDocument({ ...request, format: 'json', inputs: { deep } })).toMatchObject({
      issues: [{ code: 'TooLarge', message: expect.stringContaining('100 levels') }],
    });
  });

  test('is not made of inputs that are too long', () => {
    const half = 'x'.repeat(inputLimits.characters / 2);
    expect(planDocument({ ...request, format: 'json', inputs: { a: half, [half]: 1 } })).toMatchObject({
      issues: [{ code: 'TooLarge', message: expect.stringContaining('characters') }],
    });
  });
});
