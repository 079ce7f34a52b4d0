/**
 * Groups of nodes that reach each other (Tarjan's algorithm), each group after all that it leads to. `edges` holds for
 * each node the nodes that it leads to. Linear, and a loop instead of recursion: how long chains are is up to the user.
 */
export function stronglyConnected(edges: readonly (readonly number[])[]): number[][] {
  const search = new Search(edges);
  for (let node = 0; node < edges.length; node++) search.visit(node);
  return search.groups;
}

interface Visit {
  readonly node: number;
  /** Position of the next edge to follow. */
  next: number;
}

class Search {
  readonly groups: number[][] = [];
  readonly #edges: readonly (readonly number[])[];
  /** Order of discovery, from 1; 0 for what was not seen yet. */
  readonly #order: Uint32Array;
  /** The earliest node that is known to be reached. */
  readonly #lowest: Uint32Array;
  readonly #isOpen: Uint8Array;
  readonly #open: number[] = [];
  readonly #visits: Visit[] = [];
  #discovered = 0;

  constructor(edges: readonly (readonly number[])[]) {
    this.#edges = edges;
    this.#order = new Uint32Array(edges.length);
    this.#lowest = new Uint32Array(edges.length);
    this.#isOpen = new Uint8Array(edges.length);
  }

  visit(root: number): void {
    if (this.#order[root] !== 0) return;
    this.#enter(root);
    for (let visit = this.#visits.at(-1); visit !== undefined; visit = this.#visits.at(-1)) {
      const target = this.#edges[visit.node]?.[visit.next++];
      if (target === undefined) this.#leave(visit.node);
      else if (this.#order[target] === 0) this.#enter(target);
      else if (this.#isOpen[target] === 1) this.#lower(visit.node, this.#order[target] ?? 0);
    }
  }

  #enter(node: number): void {
    this.#order[node] = this.#lowest[node] = ++this.#discovered;
    this.#isOpen[node] = 1;
    this.#open.push(node);
    this.#visits.push({ node, next: 0 });
  }

  #leave(node: number): void {
    this.#visits.pop();
    const lowest = this.#lowest[node] ?? 0;
    const parent = this.#visits.at(-1);
    if (parent !== undefined) this.#lower(parent.node, lowest);
    if (lowest !== this.#order[node]) return;
    const group = this.#open.splice(this.#open.lastIndexOf(node));
    for (const member of group) this.#isOpen[member] = 0;
    this.groups.push(group);
  }

  #lower(node: number, order: number): void {
    this.#lowest[node] = Math.min(this.#lowest[node] ?? order, order);
  }
}
