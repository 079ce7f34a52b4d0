import { z } from 'zod';
import { conditions, observedGeneration } from './condition.ts';
import { count, decimal, seconds, text, textSet, timestamp, url } from './fields.ts';
import { defineKind, type Resource } from './kind.ts';

const ceilings = {
  tokens: count('Tokens, read and written.', { max: Number.MAX_SAFE_INTEGER }).optional(),
  costUnits: decimal("Cost, in the Tenant's currency unit.").optional(),
  gpuSeconds: count('GPU-seconds.', { max: Number.MAX_SAFE_INTEGER }).optional(),
} as const;

const budget = z
  .strictObject({
    currency: text('Currency unit that all costs are in; `USD` by default.', 16).optional(),
    period: z
      .enum(['day', 'week', 'month'])
      .optional()
      .meta({ description: 'When the counting begins anew, in UTC; `month` by default.' }),
    perPeriod: z
      .strictObject(ceilings)
      .optional()
      .meta({ description: 'Ceilings of the namespace in one period; none by default.' }),
    perWorkItem: z
      .strictObject(ceilings)
      .optional()
      .meta({ description: 'Ceilings of one WorkItem; none by default.' }),
  })
  .meta({ description: 'What may be spent. A run that would exceed it is stopped with a reason.' });

const allowed = z
  .strictObject({
    models: textSet('Models.', 128).optional(),
    tools: textSet('Tools.', 128).optional(),
    methods: textSet('Methods, by `spec.id` or name.', 256).optional(),
    images: textSet('Images, by prefix up to a `/`, `:` or `@`.', 128, 1024).optional(),
    hosts: textSet(
      'Hosts that the operator and agents call; `*.` at the start stands for any subdomain.',
      256,
    ).optional(),
  })
  .meta({ description: 'What may be used; everything, where a list is left out.' });

const priorityClass = z
  .strictObject({
    name: text('Name that WorkItems use.', 63),
    value: count('The greater goes first.', { min: -1_000_000, max: 1_000_000 }),
  })
  .meta({ description: 'One priority.' });

const queue = z
  .strictObject({
    maxConcurrentWorkItems: count('WorkItems that run at the same time.', { min: 1, max: 10_000 }).default(3),
    maxConcurrentPerProject: count('WorkItems of one project that run at the same time.', {
      min: 1,
      max: 10_000,
    }).default(10),
    maxQueued: count('WorkItems that may wait before new ones are held back; 10,000 by default.', {
      max: 1_000_000,
    }).optional(),
    priorities: z
      .array(priorityClass)
      .max(32)
      .optional()
      .meta({
        description: 'Priorities beside `low` (-100), `normal` (0), `high` (100) and `critical` (1000).',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
      }),
    kueueQueueName: text('LocalQueue of Kueue that Jobs are put into.').optional(),
  })
  .meta({ description: 'How many run at the same time, and in what order.' });

const policyEngine = z
  .strictObject({
    url: url("Address of the policy engine's REST API, such as `http://opa.policies:8181`."),
    timeoutSeconds: seconds('Time that an answer may take, in seconds; 5 by default.', 60).optional(),
    cacheSeconds: seconds('How long an answer is re-used, in seconds; 300 by default.', 3600).optional(),
  })
  .meta({ description: "An engine that speaks OPA's REST API. When it does not answer, nothing is allowed." });

const safety = z
  .strictObject({
    allowProduction: z.boolean().default(false).meta({ description: 'Whether anything may reach a production state.' }),
    productionApprovals: count('Distinct people that must approve a production rollout.', { min: 1, max: 9 }).default(
      2,
    ),
    policyEngine: policyEngine.optional(),
  })
  .meta({ description: 'What keeps production safe.' });

const months = (description: string) => count(description, { min: 1, max: 1200 });

const retention = z
  .strictObject({
    stateMonths: months('State of finished WorkItems in the record store, in months.').default(18),
    eventMonths: months('Events, in months.').default(24),
    artifactMonths: months('Artifacts that nothing refers to, in months.').default(24),
    finishedJobsSeconds: seconds('Finished Jobs, in seconds.').default(3600),
    ttlSecondsAfterFinished: seconds(
      'Finished WorkItems, in seconds; kept by default. A GitOps tool that holds their manifests would create them again.',
      315_360_000,
    ).optional(),
  })
  .meta({ description: 'How long things are kept.' });

const tenantSpec = z
  .strictObject({
    budget: budget.optional(),
    allowed: allowed.optional(),
    modelOverrides: z
      .array(
        z
          .strictObject({ from: text('Model that is asked for.'), to: text('Model that answers in its stead.') })
          .meta({ description: 'One override.' }),
      )
      .max(64)
      .optional()
      .meta({
        description: 'Models that others answer for.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['from'],
      }),
    queue: queue.default({ maxConcurrentWorkItems: 3, maxConcurrentPerProject: 10 }),
    defaultPriority: text('Priority of WorkItems that do not say one; `normal` by default.', 63).optional(),
    safety: safety.default({ allowProduction: false, productionApprovals: 2 }),
    retention: retention.default({ stateMonths: 18, eventMonths: 24, artifactMonths: 24, finishedJobsSeconds: 3600 }),
  })
  .meta({ description: 'Limits and rules of the namespace.' });
export type TenantSpec = z.output<typeof tenantSpec>;

const usage = z
  .strictObject({
    since: timestamp('When the period began.'),
    tokens: count('Tokens used or reserved.', { max: Number.MAX_SAFE_INTEGER }),
    costUnits: decimal('Cost, used or reserved.'),
    gpuSeconds: count('GPU-seconds used or reserved.', { max: Number.MAX_SAFE_INTEGER }),
  })
  .meta({ description: 'What the current period has cost; a summary, at most a second old.' });

const tenantStatus = z
  .strictObject({
    observedGeneration: observedGeneration.optional(),
    conditions: conditions.optional(),
    usage: usage.optional(),
    running: count('WorkItems that run.', { max: 1_000_000 }).optional(),
    queued: count('WorkItems that wait.', { max: 1_000_000 }).optional(),
  })
  .meta({ description: 'How the namespace stands.' });
export type TenantStatus = z.output<typeof tenantStatus>;
export type Tenant = Resource<TenantSpec, TenantStatus>;

/** What holds in a namespace that has no Tenant. */
export const tenantDefaults: TenantSpec = tenantSpec.parse({});

/** The kind Tenant. */
export const tenantKind = defineKind({
  kind: 'Tenant',
  plural: 'tenants',
  singular: 'tenant',
  shortNames: ['tn'],
  description:
    'Limits and rules of a namespace: budgets, allowed capabilities, concurrency, safety, retention. One per namespace, named `default`.',
  spec: tenantSpec,
  status: tenantStatus,
  printerColumns: [
    { name: 'Running', type: 'integer', jsonPath: '.status.running', description: 'WorkItems that run.' },
    { name: 'Queued', type: 'integer', jsonPath: '.status.queued', description: 'WorkItems that wait.' },
    { name: 'Tokens', type: 'integer', jsonPath: '.status.usage.tokens', description: 'Tokens of the period.' },
    { name: 'Cost', type: 'string', jsonPath: '.status.usage.costUnits', description: 'Cost of the period.' },
    {
      name: 'Production',
      type: 'boolean',
      jsonPath: '.spec.safety.allowProduction',
      description: 'Whether production is allowed.',
    },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'Time since it was made.' },
  ],
  rules: [{ rule: "self.metadata.name == 'default'", message: 'a namespace has one Tenant, and its name is default' }],
});
