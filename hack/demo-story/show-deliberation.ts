import { runnerResult } from '../../operator/src/api/runner-result.ts';
import { fetchArtifact } from '../operator-process/fetch-artifact.ts';
import { describeDeliberation } from './describe-deliberation.ts';
import type { ShownWorkItem } from './follow-work-item.ts';
import type { StoryTelling } from './story-telling.ts';

/** Tells what the members of a council proposed, how they scored, and who won, as the whole result of the step says. */
export async function showDeliberation(
  { instance, kubectl, namespace, say }: StoryTelling,
  { metadata, status = {} }: ShownWorkItem,
  step: string,
): Promise<void> {
  const attempt = status.steps?.find(({ path }) => path === step)?.attempts?.at(-1);
  if (attempt?.resultDigest === undefined) throw new Error(`${metadata.name} tells of no deliberation`);
  const wanted = { digest: attempt.resultDigest, namespace, workItemUid: metadata.uid };
  const { deliberation } = runnerResult.parse(JSON.parse(String(await fetchArtifact({ instance, kubectl }, wanted))));
  if (deliberation === undefined) throw new Error(`${metadata.name}: nobody proposed anything`);
  for (const line of describeDeliberation(deliberation)) say(line);
}
