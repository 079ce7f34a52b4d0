import { z } from 'zod';
import { count, secretKey, seconds, text } from './fields.ts';

/** What an agent may spend in one attempt. The first limit that is reached ends it. */
export const agentLimits = z
  .strictObject({
    maxTurns: count('Requests to the model; 20 by default.', { min: 1, max: 1000 }).optional(),
    maxToolCalls: count('Calls of tools; 50 by default.', { max: 10_000 }).optional(),
    maxTokens: count('Tokens in all, read and written; 200,000 by default.', { min: 1, max: 1_000_000_000 }).optional(),
    maxOutputTokens: count('Tokens written in one answer; 4,096 by default.', { min: 1, max: 1_000_000 }).optional(),
    wallTimeSeconds: seconds('Time in all, in seconds; the timeout of the step by default.').optional(),
  })
  .meta({ description: 'What the agent may spend in one attempt; the first limit that is reached ends it.' });
export type AgentLimits = z.output<typeof agentLimits>;

/** A commit of a git repository. */
export const gitSource = z
  .strictObject({
    url: text('Address of the repository. May contain templates.', 2048),
    ref: text('Branch, tag or commit; the default branch when it is left out. May contain templates.').optional(),
    path: text('Folder inside the repository that is taken; all of it by default.', 1024).optional(),
    credentialsRef: secretKey('Token for the repository.').optional(),
  })
  .meta({ description: 'A git repository.' });

/** How a model chooses its words. */
export const sampling = z
  .strictObject({
    temperature: z.number().min(0).max(2).optional().meta({ description: "Randomness; the model's own default." }),
    topP: z.number().min(0).max(1).optional().meta({ description: "Nucleus sampling; the model's own default." }),
    seed: count('Seed, for answers that can be repeated where the model server supports it.', {
      max: 4_294_967_295,
    }).optional(),
  })
  .meta({ description: 'How the model chooses its words.' });
