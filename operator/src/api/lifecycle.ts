import { z } from 'zod';
import { expression, seconds, text } from './fields.ts';
import { gateTerms } from './gate-terms.ts';
import { actionName, approvalQuorums, gateName, roleName } from './names.ts';

/** Names of the lifecycles that Conclave brings. */
export const lifecyclePresets = ['delivery', 'task', 'story'] as const;

const stateName = (description: string) =>
  z
    .string()
    .max(63)
    .regex(/^[A-Z][A-Za-z0-9]*$/)
    .meta({ description });

const state = z
  .strictObject({
    name: stateName('Name of the state, such as `ReviewPending`.'),
    description: z.string().max(1024).optional().meta({ description: 'What it means to be in this state.' }),
    terminal: z.boolean().optional().meta({ description: 'Nothing leaves it. False by default.' }),
    production: z.boolean().optional().meta({ description: 'Entering it is a production rollout. False by default.' }),
    outcome: text('What a WorkItem that ended here has come to, such as `Shipped`.', 63).optional(),
  })
  .meta({ description: 'One state.' });

const guard = z
  .strictObject({
    expression: expression('Must be true; `workItem`, `steps` and `inputs` are variables.').optional(),
    policy: text("Path of a rule of the Tenant's policy engine that must allow it.", 1024).optional(),
    message: text('What is said when it does not hold.', 1024).optional(),
  })
  .meta({
    description: 'A condition of the transition: an expression or a policy.',
    'x-kubernetes-validations': [
      {
        rule: 'has(self.expression) != has(self.policy)',
        message: 'exactly one of expression and policy must be given',
      },
    ],
  });

const transition = z
  .strictObject({
    action: actionName('What is done, such as `approve_design`.'),
    from: z
      .array(stateName('A state.'))
      .min(1)
      .max(32)
      .meta({ description: 'States that it leads out of.', 'x-kubernetes-list-type': 'set' }),
    to: stateName('State that it leads to.'),
    roles: z
      .array(roleName('A role.'))
      .min(1)
      .max(16)
      .meta({ description: 'Roles that may do it; `system` is the operator itself.', 'x-kubernetes-list-type': 'set' }),
    guards: z.array(guard).max(16).optional().meta({ description: 'All must hold.' }),
    gate: gateName(
      'Gate at which the approvals are given; the name of the action with `_` as `-` by default.',
    ).optional(),
    approvals: approvalQuorums('Approvals that it needs beside.').optional(),
    ...gateTerms,
    when: expression('Taken by itself as soon as this is true, for the role `system`.').optional(),
    assigneeOnly: z
      .boolean()
      .optional()
      .meta({ description: 'Only whoever claimed the WorkItem may do it. False by default.' }),
    claims: z.boolean().optional().meta({ description: 'Whoever does it becomes the assignee. False by default.' }),
    outcome: text(
      "What a WorkItem that went this way has come to, such as `Discarded`; the state's `outcome` by default.",
      63,
    ).optional(),
    rejects: z
      .boolean()
      .optional()
      .meta({ description: 'Its comment is the feedback for the next attempt. False by default.' }),
  })
  .meta({ description: 'One transition.' });

const definition = z
  .strictObject({
    initial: stateName('State that a WorkItem begins in.'),
    states: z
      .array(state)
      .min(2)
      .max(32)
      .meta({ description: 'The states.', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
    transitions: z.array(transition).min(1).max(128).meta({ description: 'The transitions.' }),
    slaSeconds: seconds('Time from the first state to a terminal one, in seconds.').optional(),
  })
  .meta({
    description: 'A lifecycle of your own.',
    'x-kubernetes-validations': [
      { rule: 'self.states.exists(s, s.name == self.initial)', message: 'initial must be one of the states' },
    ],
  });

/** A lifecycle: one that Conclave brings, or states and transitions of one's own. */
export const lifecycle = z
  .strictObject({
    preset: z.enum(lifecyclePresets).optional().meta({ description: 'A lifecycle that Conclave brings.' }),
    definition: definition.optional(),
  })
  .meta({
    description: 'Which states a WorkItem goes through, who moves it, and what that needs.',
    'x-kubernetes-validations': [
      {
        rule: 'has(self.preset) != has(self.definition)',
        message: 'exactly one of preset and definition must be given',
      },
    ],
  });
export type Lifecycle = z.output<typeof lifecycle>;
export type LifecycleDefinition = z.output<typeof definition>;
