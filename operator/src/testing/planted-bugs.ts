import { Gone } from '../kube/api-error.ts';
import type { ListWatch, WatchOptions } from '../kube/list-watch.ts';
import type { ResourceType } from '../kube/resource-type.ts';

/** Bugs of resuming a watch, planted between reflector and server: the fault properties must find the first two. */

/** A resumed watch begins where the server is now, not where the reflector was: what happened between is lost. */
export function resumingAhead(server: ListWatch): ListWatch {
  let isFirst = true;
  return {
    listPage: (type, options) => {
      isFirst = true;
      return server.listPage(type, options);
    },
    watch: async (type, options) => {
      const resumes = !isFirst;
      isFirst = false;
      return server.watch(type, resumes ? await fromNow(server, type, options) : options);
    },
  };
}

/** When the version expired, the watch goes on from now without a list. */
export function ignoringExpiry(server: ListWatch): ListWatch {
  return {
    listPage: (type, options) => server.listPage(type, options),
    watch: async (type, options) => {
      try {
        return await server.watch(type, options);
      } catch (error) {
        if (!(error instanceof Gone)) throw error;
        return server.watch(type, await fromNow(server, type, options));
      }
    },
  };
}

/** Every watch begins some versions too early. No bug for a reflector that knows what it has seen. */
export function resumingBehind(server: ListWatch, versions: number): ListWatch {
  return {
    listPage: (type, options) => server.listPage(type, options),
    watch: (type, options) =>
      server.watch(type, { ...options, resourceVersion: String(BigInt(options.resourceVersion) - BigInt(versions)) }),
  };
}

async function fromNow(server: ListWatch, type: ResourceType, options: WatchOptions): Promise<WatchOptions> {
  const { namespace, labelSelector, fieldSelector } = options;
  const selection = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
  const { resourceVersion } = await server.listPage(type, { ...selection, limit: 1 });
  return { ...options, resourceVersion };
}
