import type { MarkedToken, Token } from 'marked';
import { decodeEntities } from './decode-entities.ts';
import type { PdfPage } from './pdf-page.ts';
import { colours } from './pdf-style.ts';

/** How a piece of text looks. */
export interface RunStyle {
  readonly bold?: true;
  readonly italics?: true;
  readonly decoration?: 'lineThrough';
  readonly color?: string;
  readonly background?: string;
}

/** A piece of text that looks the same from its beginning to its end. */
export interface Run extends RunStyle {
  readonly text: string;
}

/** Marks inside each other beyond this are shown as they are written. */
const DEEPEST = 20;

/**
 * Text of a paragraph in pieces. Links are text with their address behind, which nobody can be sent by without seeing
 * it; images and HTML are shown as text: nothing is ever fetched.
 */
export function inlineRuns(tokens: readonly Token[], page: PdfPage, style: RunStyle = {}, depth = 0): Run[] {
  return tokens.flatMap((token) => runsOf(token as MarkedToken, { page, style, depth }));
}

interface Setting {
  readonly page: PdfPage;
  readonly style: RunStyle;
  readonly depth: number;
}

function runsOf(token: MarkedToken, setting: Setting): Run[] {
  const inside = (tokens: readonly Token[], style: RunStyle = {}) =>
    inlineRuns(tokens, setting.page, { ...setting.style, ...style }, setting.depth + 1);
  return setting.depth > DEEPEST
    ? plain(token.raw, setting)
    : (marked(token, inside) ?? written(token, setting, inside));
}

type Inside = (tokens: readonly Token[], style?: RunStyle) => Run[];

/** Text that marks make look different. */
function marked(token: MarkedToken, inside: Inside): Run[] | undefined {
  switch (token.type) {
    case 'strong':
      return inside(token.tokens, { bold: true });
    case 'em':
      return inside(token.tokens, { italics: true });
    case 'del':
      return inside(token.tokens, { decoration: 'lineThrough' });
    default:
      return undefined;
  }
}

function written(token: MarkedToken, setting: Setting, inside: Inside): Run[] {
  const { page, style } = setting;
  switch (token.type) {
    case 'text':
      return token.tokens === undefined ? plain(decodeEntities(token.text), setting) : inside(token.tokens);
    case 'escape':
      return plain(token.text, setting);
    case 'codespan':
      return [{ ...style, text: page.show(token.text), background: colours.shade }];
    case 'br':
      return [{ ...style, text: '\n' }];
    case 'link':
      return [...inside(token.tokens), ...addressOf(token.href, token.text, setting)];
    case 'image':
      return [...plain(`[image: ${decodeEntities(token.text)}]`, setting), ...addressOf(token.href, '', setting)];
    default:
      return plain(token.raw, setting);
  }
}

const plain = (text: string, { page, style }: Setting): Run[] => [
  { ...style, text: page.show(text.replaceAll(/\s*\n\s*/g, ' ')) },
];

function addressOf(href: string, text: string, { page, style }: Setting): Run[] {
  if ([text, `mailto:${text}`, `http://${text}`].includes(href)) return [];
  return [{ ...style, text: page.show(` (${href})`), color: colours.quiet }];
}
