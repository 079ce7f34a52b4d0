import type { AgentWork } from '../../../api/runner-work.ts';
import type { ArtifactService, Patience } from '../../artifact-client.ts';
import type { Transcript } from '../transcript.ts';
import { parameters, ToolFailure, type ToolFunction } from './tool.ts';

/** An artifact that the task names. */
type Artifact = NonNullable<AgentWork['artifacts']>[number];

/** What the artifacts of a task are read with. */
export interface ArtifactLibrary {
  readonly artifacts: readonly Artifact[];
  readonly service: ArtifactService;
  readonly transcript: Pick<Transcript, 'add'>;
  /** Told of each artifact that is read, before any of it is shown. */
  readonly onRead: (artifact: Artifact) => void;
}

/** Characters of one answer, and bytes of an artifact that is looked into. */
const mostCharacters = 20_000;
const mostBytes = 16 * 1024 * 1024;

/** A model waits for it, and may ask again; times in milliseconds. */
const patience: Patience = { totalMs: 30_000, firstDelayMs: 200, longestDelayMs: 5_000, silenceMs: 15_000 };

/**
 * Reads artifacts that the task lists, which are those that results that can be seen from its step name, and no others. They are
 * text, and come a part at a time, as the list itself does.
 */
export function artifactFunctions(library: ArtifactLibrary): readonly ToolFunction[] {
  const reader = new ArtifactReader(library);
  return [
    {
      ...{ name: 'artifact_list', tool: 'artifact', writes: false },
      description:
        'Lists the artifacts that may be read: digest, size and type where they are known, and what names it. Says where to go on when there are more.',
      parameters: parameters(
        { offset: { type: 'integer', minimum: 0, description: 'Artifact to begin with; 0 by default.' } },
        ['offset'],
      ),
      run: ({ offset = 0 }) => Promise.resolve(listFrom(offset as number, library.artifacts)),
    },
    {
      ...{ name: 'artifact_read', tool: 'artifact', writes: false },
      description: `Reads a text artifact of the list, at most ${mostCharacters} characters at once.`,
      parameters: parameters(
        {
          digest: { type: 'string', maxLength: 128, description: 'Its digest: sha256: and 64 digits.' },
          offset: { type: 'integer', minimum: 0, description: 'Character to begin with; 0 by default.' },
        },
        ['offset'],
      ),
      refuse: ({ digest }) => reader.refusalOf(digest as string),
      run: ({ digest, offset = 0 }, { signal }) => reader.read(digest as string, offset as number, signal),
    },
  ];
}

/** As many as one answer holds, and one at least. */
function listFrom(offset: number, artifacts: readonly Artifact[]): string {
  const lines: string[] = [];
  let characters = 0;
  for (const line of artifacts.slice(offset).map(describe)) {
    characters += line.length + 1;
    if (characters > mostCharacters && lines.length > 0) break;
    lines.push(line);
  }
  const next = offset + lines.length;
  if (next < artifacts.length) lines.push(`[and ${artifacts.length - next} more; go on with the offset ${next}]`);
  return lines.join('\n') || `The list has ${artifacts.length} artifacts.`;
}

const describe = ({ name, digest, sizeBytes, mediaType }: Artifact) =>
  [digest, ...(sizeBytes === undefined ? [] : [`${sizeBytes} bytes`]), mediaType, name].filter(Boolean).join('  ');

class ArtifactReader {
  readonly #library: ArtifactLibrary;
  /** The one that was read last: an agent reads one part after the other. */
  #last: { readonly digest: string; readonly text: string } | undefined;

  constructor(library: ArtifactLibrary) {
    this.#library = library;
  }

  refusalOf(digest: string): string | undefined {
    if (this.#find(digest) !== undefined) return undefined;
    return 'ArtifactNotListed: no result that can be seen from your step, and nothing that it is given, names this artifact. artifact_list shows those that may be read.';
  }

  async read(digest: string, offset: number, signal: AbortSignal): Promise<string> {
    const artifact = this.#find(digest);
    if (artifact === undefined) throw new ToolFailure('it is not on the list');
    const text = this.#last?.digest === digest ? this.#last.text : await this.#fetch(artifact, signal);
    this.#last = { digest, text };
    const end = endOfPart(text, offset);
    const what = `Characters ${Math.min(offset, end)} to ${end} of ${text.length}`;
    this.#library.transcript.add({
      kind: 'note',
      text: `${what} of the artifact ${digest} (${artifact.name}) were read.`,
    });
    const rest = end < text.length ? `; go on with the offset ${end}` : '';
    return `${what}${rest}.\n${text.slice(offset, end).toWellFormed()}`;
  }

  #find(digest: string): Artifact | undefined {
    return this.#library.artifacts.find((each) => each.digest === digest);
  }

  async #fetch(artifact: Artifact, signal: AbortSignal): Promise<string> {
    const { service, onRead } = this.#library;
    const { digest, sizeBytes = 0 } = artifact;
    if (sizeBytes > mostBytes) throw new ToolFailure(`it has ${sizeBytes} bytes, and at most ${mostBytes} are read`);
    const bytes = await download(digest, service, signal);
    onRead(artifact);
    return textOf(bytes);
  }
}

async function download(digest: string, service: ArtifactService, signal: AbortSignal): Promise<Buffer> {
  const [{ ArtifactClient, ArtifactError }, { digestOfBytes }] = await Promise.all([
    import('../../artifact-client.ts'),
    import('../../read-task.ts'),
  ]);
  try {
    const bytes = await new ArtifactClient(service, patience).download(digest, mostBytes, signal);
    if (digestOfBytes(bytes) === digest) return bytes;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ArtifactError)) throw error;
    throw new ToolFailure(error.message);
  }
  throw new ToolFailure(`what came is not ${digest}`);
}

/** NOTE: what is two code units is one character, which only a part that has both of them shows. */
function endOfPart(text: string, offset: number): number {
  const end = Math.min(offset + mostCharacters, text.length);
  const isBetween = end < text.length && (text.codePointAt(end - 1) ?? 0) > 0xffff;
  return isBetween ? end - 1 : end;
}

function textOf(bytes: Buffer): string {
  if (bytes.includes(0)) throw new ToolFailure('the artifact is no text');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ToolFailure('the artifact is no UTF-8 text');
  }
}
