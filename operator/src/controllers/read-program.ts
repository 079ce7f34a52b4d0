import type { Step } from '../api/step/step.ts';
import type { WorkItem } from '../api/work-item.ts';
import type { AttemptOutcome } from '../core/work-item/observed.ts';
import type { ProgramSource } from './job-port.ts';

/** The program of a step, where it has one; or why it cannot be read. */
export type Program = { readonly text: string | undefined } | { readonly outcome: AttemptOutcome };

/** Reads the program of a `custom_code` step from where it stands. */
export async function readProgram(source: ProgramSource, workItem: WorkItem, step: Step): Promise<Program> {
  if (step.type !== 'custom_code') return { text: undefined };
  const { content, configMap, artifact } = step.code;
  if (content !== undefined) return { text: content };
  const { namespace = '', uid = '' } = workItem.metadata;
  if (configMap !== undefined) {
    const text = await source.configMap(namespace, configMap.name, configMap.key);
    return text === undefined ? missing(`the ConfigMap ${configMap.name} has no key ${configMap.key}`) : { text };
  }
  const text = artifact === undefined ? undefined : await source.artifact({ namespace, uid }, artifact);
  return text === undefined ? missing(`there is no artifact ${artifact ?? ''} of this work item`) : { text };
}

/** It may come later: it is tried again. */
const missing = (message: string): Program => ({
  outcome: { result: 'Failed', reason: 'ProgramNotFound', message, retryable: true },
});
