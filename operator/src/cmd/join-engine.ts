import type { KubeClient } from '../kube/client.ts';
import { registerCouncils } from './councils.ts';
import { type ControllerParts, registerPipelineController } from './controllers.ts';
import { createEngine, resolutionOf } from './engine.ts';
import { registerModels } from './models.ts';
import { leadEngine } from './lead-engine.ts';
import type { OperatorOptions } from './operator-options.ts';
import { ServerTrust } from './server-trust.ts';
import { registerWorkItems } from './work-items.ts';

/** Registers all controllers, and gives what begins and ends with leadership beside them. */
export function joinEngine(
  parts: ControllerParts & { readonly client: KubeClient },
  { engine: options, leaseNamespace: namespace }: OperatorOptions,
) {
  registerPipelineController(parts);
  const trust = new ServerTrust();
  const engine = createEngine(parts, options, trust);
  registerModels({ ...parts, http: { ...resolutionOf(options), userAgent: 'conclave' } });
  const running = registerWorkItems(engine);
  registerCouncils(engine);
  return leadEngine({ engine, running, trust, namespace });
}
