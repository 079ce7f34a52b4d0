import { constants } from 'node:fs';
import { opendir } from 'node:fs/promises';
import type { JsonObject } from '../../../api/json.ts';
import { parameters, ToolFailure, type ToolFunction, type ToolSurroundings } from './tool.ts';
import { withFile, withFolder } from './workspace.ts';

const { O_RDONLY, O_WRONLY, O_CREAT, O_TRUNC } = constants;

/** Bytes of a file that is read or written at once. */
export const mostFileBytes = 1024 * 1024;

/** Names that are listed. */
const mostNames = 1000;

/** Names among which the first ones are looked for. */
const mostSorted = 100_000;

const path = { type: 'string', maxLength: 1024, description: 'Path inside the workspace, such as src/main.py.' };

/** Reads, writes and lists files of the workspace, and nothing outside it. */
export const fileFunctions: readonly ToolFunction[] = [
  {
    ...{ name: 'file_read', tool: 'file', writes: false, run: read },
    description: 'Reads a text file of the workspace.',
    parameters: parameters({ path }),
  },
  {
    ...{ name: 'file_write', tool: 'file', writes: true, run: write },
    description: 'Writes a text file of the workspace, and the folders it stands in; what was in it is replaced.',
    parameters: parameters({ path, content: { type: 'string', maxLength: mostFileBytes } }),
  },
  {
    ...{ name: 'file_list', tool: 'file', writes: false, run: list },
    description: 'Lists a folder of the workspace; folders end with a slash.',
    parameters: parameters({ path: { ...path, description: 'Folder; "." is the workspace itself.' } }),
  },
];

const textOf = (given: JsonObject, name: string) => given[name] as string;

function read(given: JsonObject, { workspace }: ToolSurroundings): Promise<string> {
  return withFile({ workspace, path: textOf(given, 'path'), flags: O_RDONLY }, async (file) => {
    const { size } = await file.stat();
    if (size > mostFileBytes)
      throw new ToolFailure(`the file has ${size} bytes, and at most ${mostFileBytes} are read`);
    const bytes = await file.readFile();
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw new ToolFailure('the file is no UTF-8 text');
    }
  });
}

function write(given: JsonObject, { workspace }: ToolSurroundings): Promise<string> {
  const content = Buffer.from(textOf(given, 'content'));
  if (content.length > mostFileBytes) throw new ToolFailure(`at most ${mostFileBytes} bytes are written at once`);
  const place = { workspace, path: textOf(given, 'path'), flags: O_WRONLY | O_CREAT | O_TRUNC, isMade: true };
  return withFile(place, async (file) => {
    await file.writeFile(content);
    return `Wrote ${content.length} bytes.`;
  });
}

function list(given: JsonObject, { workspace }: ToolSurroundings): Promise<string> {
  return withFolder(workspace, textOf(given, 'path'), async (folder) => {
    const names: string[] = [];
    let count = 0;
    for await (const entry of await opendir(folder)) {
      count += 1;
      // A command may have made more than fit into the memory.
      if (count <= mostSorted) names.push(entry.isDirectory() ? `${entry.name}/` : entry.name);
    }
    names.sort();
    const more = count > mostNames ? [`[and ${count - mostNames} more]`] : [];
    return [...names.slice(0, mostNames), ...more].join('\n') || 'The folder is empty.';
  });
}
