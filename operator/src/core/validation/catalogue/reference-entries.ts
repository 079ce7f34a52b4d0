import { unknownWorld } from '../world.ts';
import { type IssueEntry, objectText, pipelineText } from './issue-entry.ts';

/** What is missing is an error where all there is is known, and a warning for files on their own. */
const missing = { level: 2, severities: ['error', 'warning'] } as const;
const error = { level: 2, severities: ['error'] } as const;

const tenant = (spec: string) => `${objectText('Tenant', 'default', `spec:\n${spec}`)}---\n`;
const httpMethod = objectText(
  'Method',
  'lookup',
  'spec:\n  type: http\n  http:\n    url: https://lookup.example.com/v1',
);
const imageMethod = objectText('Method', 'lookup', 'spec:\n  type: image\n  image:\n    image: example.com/lookup:1');
const role = (rest: string) => objectText('AgentRole', 'writer', `spec:\n  prompt: You write.\n${rest}`);

/** Codes of issues of what objects refer to. */
export const referenceEntries: readonly IssueEntry[] = [
  {
    ...missing,
    code: 'MethodNotFound',
    meaning: 'A step names a Method that is not there, by its `spec.id` or by its name with `_` as `-`.',
    remedy: 'Correct the name, or apply the Method.',
    example: { text: pipelineText('steps:\n  - name: look_up\n    type: crawler\n    method: breach_db_lookup') },
  },
  {
    ...error,
    code: 'MethodTypeMismatch',
    meaning: 'A Method is there, but cannot be used in this way.',
    remedy: 'Name another Method, or take another `executionMode` or type of step; the hint says what goes together.',
    example: {
      text: `${imageMethod}---\n${pipelineText('steps:\n  - name: look_up\n    type: function\n    method: lookup\n    executionMode: api')}`,
    },
  },
  {
    ...missing,
    code: 'ModelNotFound',
    meaning: 'A Model is named that is not there.',
    remedy: 'Correct the name, or apply the Model.',
    example: {
      text: pipelineText(
        'steps:\n  - name: write\n    type: llm_flow\n    prompt: Write a haiku.\n    modelRef:\n      name: small',
      ),
    },
  },
  {
    ...missing,
    code: 'ModelNotNamed',
    meaning: 'Neither a step nor its role, flow or graph says which Model it asks.',
    remedy: 'Say it in `modelRef`, or name a `role` that does.',
    example: { text: pipelineText('steps:\n  - name: write\n    type: llm_flow\n    prompt: Write a haiku.') },
  },
  {
    ...missing,
    code: 'RoleNotFound',
    meaning: 'An AgentRole is named that is not there, neither by its name nor by its `spec.role`.',
    remedy: 'Correct the name, or apply the AgentRole.',
    example: { text: pipelineText('steps:\n  - name: write\n    type: llm_agent\n    role: writer') },
  },
  {
    ...missing,
    code: 'CouncilNotFound',
    meaning: 'A Council is named that is not there.',
    remedy: 'Correct the name, or apply the Council.',
    example: {
      text: pipelineText('steps:\n  - name: decide\n    type: council\n    council: elders\n    topic: Where to go?'),
    },
  },
  {
    ...missing,
    code: 'PipelineNotFound',
    meaning: 'A WorkItem names a Pipeline that is not there.',
    remedy: 'Correct the name, or apply the Pipeline.',
    example: { text: objectText('WorkItem', 'example', 'spec:\n  pipelineRef:\n    name: nowhere') },
  },
  {
    ...error,
    code: 'ToolNotFound',
    meaning: 'A step asks for a tool that its role does not have, or a role has a tool that nothing provides.',
    remedy: 'Give the role the tool, with the MCP server that provides it where it is none of the built-in ones.',
    example: { text: role('  tools:\n    - name: telescope') },
  },
  {
    ...error,
    code: 'ToolNeedsSandbox',
    meaning: 'A role has the tool `shell`, and its agents do not run in a sandbox.',
    remedy: 'Say `sandboxed: true`.',
    example: { text: role('  tools:\n    - name: shell') },
  },
  {
    ...error,
    code: 'NotAllowed',
    meaning: 'The Tenant does not allow a Method, Model, tool, image or host.',
    remedy: 'Choose one that it allows, or have it added to `allowed` of the Tenant.',
    example: {
      text: `${tenant('  allowed:\n    hosts: ["*.internal"]')}${httpMethod}`,
    },
  },
  {
    ...missing,
    code: 'UnknownPriority',
    meaning: 'There is no priority of this name.',
    remedy: 'Write `low`, `normal`, `high`, `critical`, a priority of the Tenant, or a number.',
    example: {
      text: objectText(
        'WorkItem',
        'example',
        'spec:\n  priority: urgent\n  councilRef:\n    name: elders\n  topic: Where to go?',
      ),
      known: {
        words: 'a Council `elders`',
        world: {
          ...unknownWorld,
          councils: [
            {
              apiVersion: 'conclave.dev/v1alpha1',
              kind: 'Council',
              metadata: { name: 'elders' },
              spec: { strategy: 'vote', isolation: 'shared', roleRef: { name: 'elder' } },
            },
          ],
        },
      },
    },
  },
  {
    ...error,
    severities: ['warning'],
    code: 'DuplicateObject',
    meaning: 'Two documents are the same object. Applied one after the other, the last replaces the first.',
    remedy: 'Take one away, or give it another name.',
    example: { text: `${httpMethod}---\n${httpMethod}` },
  },
];
