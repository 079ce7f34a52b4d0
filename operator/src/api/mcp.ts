import { z } from 'zod';
import { count, text, textMap, url } from './fields.ts';
import { secretEnv, secretHeaders } from './secret-values.ts';

/** How an MCP server is reached or run; beside these, whoever uses it says which of its tools. */
export const mcpServerFields = {
  url: url('Address of the server (streamable HTTP).').optional(),
  headersFrom: secretHeaders(
    'Headers sent with each request, from Secrets; they never show in status or logs.',
  ).optional(),
  image: text('Image of a server that runs in the pod, beside what calls it.', 1024).optional(),
  port: count('Port at which that server speaks streamable HTTP; 8000 by default.', { min: 1, max: 65_535 }).optional(),
  command: z.array(z.string().max(4096)).max(64).optional().meta({ description: 'Command of that image.' }),
  env: textMap('Environment of that image.').optional(),
  secretEnv: secretEnv('Environment of that image from Secrets.').optional(),
} as const;

/** Rules of whatever has these fields. */
export const mcpServerRules = [
  { rule: 'has(self.url) != has(self.image)', message: 'exactly one of url and image must be given' },
  { rule: '!has(self.port) || has(self.image)', message: 'port goes with image; a url says its own' },
];
