import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client';
import type { JsonValue } from '../../../../api/json.ts';

/** The result of a call, as a model can read it: what is no text is named and left out. */
export function renderContent({ content, structuredContent }: Pick<CallToolResult, 'content' | 'structuredContent'>) {
  const texts = content.map(renderBlock);
  // Servers that answer with JSON repeat it as text, for clients that know nothing else.
  if (structuredContent !== undefined && !texts.some((text) => isJson(text)))
    texts.push(JSON.stringify(structuredContent));
  return texts.join('\n\n') || 'Done.';
}

/** The text of a result alone. */
export const textOf = ({ content }: Pick<CallToolResult, 'content'>): string => content.map(renderBlock).join('\n\n');

function renderBlock(block: ContentBlock): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'image':
    case 'audio':
      return `[${block.type} of the type ${clip(block.mimeType)}, left out: ${block.data.length} characters of base64]`;
    case 'resource_link':
      return `[resource ${clip(block.name)}: ${clip(block.uri)}]`;
    case 'resource': {
      const { resource } = block;
      const name = `resource ${clip(resource.uri)}`;
      if ('text' in resource) return `[${name}]\n${resource.text}`;
      return `[${name}, left out: ${resource.blob.length} characters of base64]`;
    }
  }
}

const clip = (text: string) => text.slice(0, 256);

function isJson(text: string): boolean {
  try {
    const value = JSON.parse(text) as JsonValue;
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
