import { describe, expect, test } from 'vitest';
import type { OutputDocument } from '../../core/output/output-document.ts';
import { planDocument } from '../../core/output/plan-document.ts';
import { renderOutput } from './render-output.ts';

const createdAt = '2026-11-28T08:00:00Z';
const heading = { name: 'run-step', title: 'Title' };
const report = (markdown: string): OutputDocument => ({ format: 'pdf_report', ...heading, markdown, createdAt });
const slow = report(Array.from({ length: 1500 }, () => 'a word').join('\n\n'));

describe('a rendered output', () => {
  test.each([
    [report('# x'), 'application/pdf', 'run-step.pdf', '%PDF-'],
    [
      { format: 'csv_dataset', ...heading, header: ['a'], rows: [['1']] } as const,
      ...['text/csv; charset=utf-8; header=present', 'run-step.csv', 'a\r\n1\r\n'],
    ],
    [{ format: 'json', ...heading, json: '{"é": 1}\n' } as const, 'application/json', 'run-step.json', '{"é": 1}\n'],
    [
      { format: 'markdown', ...heading, markdown: '# é\n', createdAt } as const,
      ...['text/markdown; charset=utf-8', 'run-step.md', '# é\n'],
    ],
    [
      {
        format: 'graph_visualization',
        ...heading,
        drawing: { title: 't', description: 'd', items: [], edges: [] },
      } as const,
      ...['image/svg+xml', 'run-step.svg', '<svg xmlns='],
    ],
  ] as const)('has bytes, a type and a name: $format', async (document, mediaType, fileName, beginning) => {
    const rendered = await renderOutput(document);
    expect(rendered).toMatchObject({ mediaType, fileName });
    expect(new TextDecoder().decode(rendered.bytes).startsWith(beginning)).toBe(true);
  });

  test('of a graph shows its labels as text', async () => {
    const planned = planDocument({
      ...{ format: 'graph_visualization', step: 's', workItem: 'w', createdAt },
      inputs: { nodes: [{ id: 'a', label: '<script>' }, 'b'], edges: [{ from: 'a', to: 'b', label: '&x' }] },
    });
    if ('issues' in planned) throw new Error('issues');
    const svg = new TextDecoder().decode((await renderOutput(planned.planned)).bytes);
    expect(svg).toContain('>&lt;script&gt;</text>');
    expect(svg).toContain('>&amp;x</text>');
    expect(svg).toMatch(/<path class="arrow wait chooses"/);
  });

  test('lets other work go on while it is made', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    await renderOutput(slow);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(20);
  });

  test('is made of many documents at once, some after the others', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, (_, index) => renderOutput(report(`# ${index}`))));
    expect(all).toHaveLength(5);
  });

  test('may take so much time only', async () => {
    await expect(renderOutput(slow, undefined, { seconds: 0.01, memoryMb: 512 })).rejects.toMatchObject({
      ...{ name: 'OutputRenderError', reason: 'RenderTimeout', retryable: true },
    });
  });

  test('may take so much memory only', async () => {
    await expect(renderOutput(slow, undefined, { seconds: 60, memoryMb: 16 })).rejects.toMatchObject({
      ...{ reason: 'OutputTooLarge', retryable: false, message: expect.stringContaining('too much memory') },
    });
  });

  test('may have so many bytes only', async () => {
    const json = `"${'x'.repeat(20 * 1024 * 1024)}"`;
    await expect(renderOutput({ format: 'json', ...heading, json })).rejects.toMatchObject({
      reason: 'OutputTooLarge',
    });
  });

  test('tells why it cannot be made, from another thread too', async () => {
    await expect(renderOutput(report('x'.repeat(600_000)))).rejects.toMatchObject({
      ...{ name: 'OutputRenderError', reason: 'OutputTooLarge', retryable: false },
      message: expect.stringContaining('the report is too long'),
    });
    await expect(renderOutput(report('>'.repeat(50_000)))).rejects.toMatchObject({ reason: 'RenderFailed' });
    await expect(renderOutput({ ...report(''), createdAt: 'never' } as OutputDocument)).rejects.toMatchObject({
      ...{ reason: 'RenderFailed', retryable: false },
    });
  });

  test('is given up when it is aborted, before and while it is made', async () => {
    const reason = new Error('cancelled');
    await expect(renderOutput(slow, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const rendering = renderOutput(slow, controller.signal);
    setTimeout(() => controller.abort(reason), 50);
    await expect(rendering).rejects.toBe(reason);
  });
});
