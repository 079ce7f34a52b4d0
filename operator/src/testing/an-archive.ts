import { type Header, pack } from 'tar-stream';

/** One entry of an archive; a file unless it says otherwise. */
export type ArchivedEntry = Partial<Header> & { readonly name: string; readonly content?: string | Buffer };

/** A tar archive with just these entries, whatever may be wrong with them; for tests. */
export async function anArchive(entries: readonly ArchivedEntry[]): Promise<Buffer> {
  const archive = pack();
  const chunks: Buffer[] = [];
  const read = (async () => {
    for await (const chunk of archive) chunks.push(chunk as Buffer);
  })();
  for (const { content, ...header } of entries) archive.entry(header, content ?? '');
  archive.finalize();
  await read;
  return Buffer.concat(chunks);
}
