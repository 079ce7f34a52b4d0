import { z } from 'zod';
import { agentLimits, sampling } from './agent.ts';
import { conditionsOnly } from './condition.ts';
import { count, longText, reference, text, textSet } from './fields.ts';
import { jsonSchema } from './json.ts';
import { defineKind, type Resource } from './kind.ts';
import { mcpServerFields, mcpServerRules } from './mcp.ts';
import { governedRoles, roleName } from './names.ts';
import { commandResources, placement, resources } from './placement.ts';

/** The tools that the runner itself brings. */
export const builtinTools = ['file', 'git', 'http', 'shell'] as const;
/** Names of tools that roles are known to use and that MCP servers provide. */
export const reservedTools = ['docker', 'kubectl', 'helm', 'db', 'migrate', 'audit'] as const;

const mcpServer = z
  .strictObject({
    ...mcpServerFields,
    allow: textSet("The server's tools that may be called; all by default.", 128).optional(),
  })
  .meta({ description: 'An MCP server that provides the tool.', 'x-kubernetes-validations': mcpServerRules });

const tool = z
  .strictObject({
    name: text(
      `Name: one of the built-in ${builtinTools.map((name) => `\`${name}\``).join(', ')}, or any other with \`mcp\`.`,
      63,
    ),
    mcp: mcpServer.optional(),
    allowedHosts: textSet(
      'Hosts that `http` and `git` may reach, none by default; `*.` at the start stands for any subdomain.',
      64,
    ).optional(),
    readOnly: z.boolean().optional().meta({ description: '`file` and `git` may only read. False by default.' }),
  })
  .meta({ description: 'One tool.' });

const agentRoleSpec = z
  .strictObject({
    description: z.string().max(4096).optional().meta({ description: 'What the role answers for.' }),
    role: roleName(
      `Role that it acts in; the name of the object by default. Conclave knows ${governedRoles.join(', ')}.`,
    ).optional(),
    prompt: longText('Instruction that each of its agents begins with.'),
    modelRef: reference('Model', 'Model that its agents use.').optional(),
    sampling: sampling.optional(),
    inputSchema: jsonSchema('What it must be given.').optional(),
    outputSchema: jsonSchema('What it must answer.').optional(),
    tools: z
      .array(tool)
      .max(64)
      .optional()
      .meta({
        description: 'Tools that its agents may use; those of the role by default, none for a role that is not known.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      }),
    actions: textSet(
      'Actions of lifecycles that its agents may take; those of the role by default.',
      64,
      30,
    ).optional(),
    context: z
      .strictObject({
        maxTokens: count('Size of the context pack, in tokens; 200 by default.', { min: 1, max: 1_000_000 }).optional(),
        fields: textSet(
          'Fields of results and decisions that it may see, as paths; all by default.',
          128,
          1024,
        ).optional(),
        hiddenFields: textSet('Fields that it never sees, whatever else says.', 128, 1024).optional(),
        artifacts: z
          .boolean()
          .optional()
          .meta({ description: 'Whether it may read artifacts of its WorkItem. True by default.' }),
      })
      .optional()
      .meta({ description: 'Data that it may see, always of its own WorkItem only.' }),
    limits: agentLimits.optional(),
    resources: resources.optional(),
    placement: placement.optional(),
    sandboxed: z.boolean().optional().meta({
      description: 'Its agents run in a sandbox and may use `shell`. False by default.',
    }),
    shell: z
      .strictObject({ resources: commandResources.optional() })
      .optional()
      .meta({ description: 'The container that commands of `shell` run in.' }),
  })
  .meta({ description: 'The contract of the role.' });

export type AgentRoleSpec = z.output<typeof agentRoleSpec>;
export type AgentRole = Resource<AgentRoleSpec, z.output<typeof conditionsOnly>>;

/** The kind AgentRole. */
export const agentRoleKind = defineKind({
  kind: 'AgentRole',
  plural: 'agentroles',
  singular: 'agentrole',
  shortNames: ['agr'],
  description: 'The contract of a role: prompt, model, schemas, tools, actions and the data it may see.',
  spec: agentRoleSpec,
  status: conditionsOnly,
  printerColumns: [
    { name: 'Role', type: 'string', jsonPath: '.spec.role', description: 'Role that it acts in.' },
    { name: 'Model', type: 'string', jsonPath: '.spec.modelRef.name', description: 'Model that it uses.' },
    {
      name: 'Ready',
      type: 'string',
      jsonPath: '.status.conditions[?(@.type=="Ready")].status',
      description: 'Whether all it names is there.',
    },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Time since it was made.' },
    {
      name: 'Description',
      type: 'string',
      jsonPath: '.spec.description',
      description: 'What it answers for.',
      priority: 1,
    },
  ],
  selectableFields: ['.spec.role'],
});
