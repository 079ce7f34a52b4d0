import type { Placement } from '../../api/placement.ts';
import { keyBeside, type ModelBeside } from '../agent/pod-needs.ts';
import { defined } from '../defined.ts';
import { renderServerClaims, renderServerContainer, renderServerVolumes } from '../model/render-server.ts';
import type { Container } from './render-containers.ts';

/** A Model's server beside the agent that asks it: a native sidecar that has the GPUs, and answers before the agent begins. */
export function renderModelBeside({ name, port, spec, server }: ModelBeside): Container {
  return { ...renderServerContainer({ spec, server, name, port, apiKey: keyBeside }), restartPolicy: 'Always' };
}

/** What a Pod needs for the Models in it beside their containers. */
export function renderBeside(models: readonly ModelBeside[], placement: Placement | undefined) {
  const placements = models.map(({ server }) => server.placement ?? {});
  return {
    volumes: models.flatMap(({ name, server }) => renderServerVolumes(server, name)),
    claims: models.flatMap(({ name, server }) => renderServerClaims(server, name)),
    placement: [...placements, ...(placement === undefined ? [] : [placement])].reduce<Placement>(join, {}),
  };
}

/** The node must suit everything in the Pod. Of what there can be but one, the agent's counts more than a Model's. */
function join(one: Placement, other: Placement): Placement {
  const { nodeSelector, tolerations, imagePullSecrets } = other;
  return {
    ...one,
    ...other,
    ...defined({
      nodeSelector: nodeSelector && { ...one.nodeSelector, ...nodeSelector },
      tolerations: tolerations && [...(one.tolerations ?? []), ...tolerations],
      imagePullSecrets: imagePullSecrets && [...new Set([...(one.imagePullSecrets ?? []), ...imagePullSecrets])],
    }),
  };
}
