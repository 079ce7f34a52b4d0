import fc from 'fast-check';
import type { Drawing, DrawnItem } from '../core/drawing/drawing.ts';

/** Texts that mean something in XML, Mermaid, Graphviz or Markdown, or hide something from whoever reads them. */
export const hostileText = fc.oneof(
  fc.constantFrom(
    ...[
      '</text><script>alert(1)</script>',
      '"',
      "'",
      '&amp;',
      '&#x3c;',
      '<!--',
      ']]>',
      '<![CDATA[',
      '\\',
      '\\"',
      '\\N',
      '\\l',
    ],
    ...[
      '%%{init: {"theme":"dark"}}%%',
      '%% note',
      '#quot;',
      '#35;',
      'end',
      'style x:#1;',
      'classDef a:#1;',
      'click s0 "javascript:x"',
    ],
    ...[
      '1. one',
      '- item',
      '* item',
      '`**bold**`',
      '"] --> x["',
      '|label|',
      'A --> B',
      'subgraph',
      ':::class',
      '---',
      '@{ shape: x }',
    ],
    ...[
      '\u0000',
      '\n',
      '\r\n',
      '\u2028',
      '\u202eesrever',
      '\ufffe',
      '\ud800',
      '😀',
      '名前',
      'e\u0301',
      '{{a.b}} > 1',
      '$$x$$',
      '',
    ],
  ),
  fc.string({ unit: 'binary' }),
  fc.string({ minLength: 100, maxLength: 400 }),
);

/** A picture of a few nodes and groups whose every text is hostile. */
export const hostileDrawing: fc.Arbitrary<Drawing> = fc
  .record({ texts: fc.array(hostileText, { minLength: 8, maxLength: 8 }) })
  .map(({ texts }): Drawing => {
    const [title = '', description = '', a = '', b = '', c = '', d = '', e = '', f = ''] = texts;
    const node = { kind: 'node', tone: 'call', isChild: false } as const;
    const items: DrawnItem[] = [
      { ...node, id: 's0', lines: [a, b], shape: 'box' },
      { ...node, id: 's1', lines: [c], shape: 'decision', isChild: true },
      {
        ...{ kind: 'group', id: 's2', lines: [d, e], tone: 'control', isChild: false },
        items: [{ ...node, id: 's3', lines: [f], shape: 'cylinder' }],
      },
    ];
    return {
      ...{ title, description, items },
      edges: [
        { from: 's0', to: 's1', kind: 'check', label: f },
        { from: 's1', to: 's2', kind: 'goes', label: e },
        { from: 's0', to: 's3', kind: 'after' },
      ],
    };
  });
