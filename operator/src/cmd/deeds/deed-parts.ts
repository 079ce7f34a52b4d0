import type { Tenant } from '../../api/tenant.ts';
import type { Pause } from '../../controllers/poll.ts';
import type { HttpCaller } from '../../executors/http/http-caller.ts';
import type { ServerClient } from '../../executors/server-client.ts';
import type { ObjectAccess } from '../../kube/object-access.ts';

/** What the operator's own work for attempts is done with. */
export interface DeedParts {
  readonly caller: HttpCaller;
  readonly objects: ObjectAccess;
  readonly server: ServerClient;
  readonly pause: Pause;
  /** The value of a key of a Secret; it is read anew each time. */
  readonly readSecret: (namespace: string, name: string, key: string) => Promise<string>;
  /** The Tenant of a namespace, where there is one. */
  readonly tenant: (namespace: string) => Tenant | undefined;
}
