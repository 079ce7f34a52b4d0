/** Which addresses an instance has: one /16 network of its own, so that several instances and the machine never clash. */

/** The addresses of an instance, all inside `network`. */
export interface NetworkPlan {
  /** Everything of the instance, routed by the machine into the instance's node. */
  readonly network: string;
  /** All pods. */
  readonly podSubnet: string;
  /** The part of it for pods that run. */
  readonly realPodSubnet: string;
  /** The part of it for pods of fake nodes; nothing answers there. */
  readonly fakePodSubnet: string;
  readonly serviceSubnet: string;
  /** The API server's service address: the first of the service subnet. */
  readonly apiServiceAddress: string;
  /** The DNS service's address: the tenth of the service subnet. */
  readonly dnsServiceAddress: string;
  /** The machine's end of the link; pods reach servers of the machine here. */
  readonly hostAddress: string;
  /** The node's end of the link: the API server's and the kubelet's address. */
  readonly nodeAddress: string;
  readonly linkPrefixLength: number;
  /** The network that leads outside by user-mode networking, where that is installed. */
  readonly outsideSubnet: string;
  /** The resolver inside `outsideSubnet`, which asks the machine's own. */
  readonly outsideResolver: string;
  /** The interface on the machine. */
  readonly hostInterface: string;
}

/** How many instances fit side by side: 10.192.0.0/16 to 10.255.0.0/16. */
export const slotCount = 64;
const firstSecondOctet = 192;

/** The addresses of the instance in a slot (0 to slotCount - 1). */
export function planNetwork(slot: number): NetworkPlan {
  const base = `10.${firstSecondOctet + slot}`;
  return {
    network: `${base}.0.0/16`,
    podSubnet: `${base}.0.0/17`,
    realPodSubnet: `${base}.0.0/18`,
    fakePodSubnet: `${base}.64.0/18`,
    serviceSubnet: `${base}.128.0/18`,
    apiServiceAddress: `${base}.128.1`,
    dnsServiceAddress: `${base}.128.10`,
    hostAddress: `${base}.255.1`,
    nodeAddress: `${base}.255.2`,
    linkPrefixLength: 30,
    outsideSubnet: `${base}.254.0/24`,
    outsideResolver: `${base}.254.3`,
    hostInterface: `conclave${slot}`,
  };
}

/** The first slot that no instance has and into whose network no route of the machine leads; undefined when all are. */
export function chooseSlot(takenSlots: readonly number[], routes: readonly string[]): number | undefined {
  const slots = Array.from({ length: slotCount }, (_, slot) => slot);
  return slots.find(
    (slot) => !takenSlots.includes(slot) && !routes.some((route) => leadsInto(route, planNetwork(slot).network)),
  );
}

/** Whether a route's destination lies inside the /16: a wider route (a default, a whole VPN) is merely overruled. */
function leadsInto(route: string, network: string): boolean {
  const [address = '', length = '32'] = route.split('/');
  const [first, second] = network.split('.');
  return Number(length) >= 16 && address.startsWith(`${first}.${second}.`);
}
