/**
 * Groups of nodes that reach each other (Tarjan's algorithm), each group after all that it leads to. `edges` holds for
 * each node the nodes that it leads to. Linear, and a loop instead of recursion: how long chains are is up to the user.
 */
export function stronglyConnected(edges: readonly (readonly number[])[]): number[][] {
  const search = new Search(edges);
  return search.groups();
}

/** A node and how far the search has come with it. */
interface Visit {
  readonly node: number;
  readonly targets: readonly number[];
  /** Position of the next target to look at. */
  next: number;
  /** Order of discovery, from 1; 0 for what was not seen yet. */
  order: number;
  /** Order of the earliest node that is known to be reached. */
  lowest: number;
  /** Whether it waits for its group. */
  isOpen: boolean;
}

class Search {
  readonly #visits: readonly Visit[];
  readonly #groups: number[][] = [];
  readonly #open: Visit[] = [];
  readonly #path: Visit[] = [];
  #discovered = 0;

  constructor(edges: readonly (readonly number[])[]) {
    const fresh = { next: 0, order: 0, lowest: 0, isOpen: false };
    this.#visits = edges.map((targets, node) => ({ node, targets, ...fresh }));
  }

  groups(): number[][] {
    for (const root of this.#visits) if (root.order === 0) this.#follow(root);
    return this.#groups;
  }

  #follow(root: Visit): void {
    this.#enter(root);
    for (let visit = this.#path.at(-1); visit !== undefined; visit = this.#path.at(-1)) {
      const target = this.#nextTarget(visit);
      if (target === undefined) this.#leave(visit);
      else if (target.order === 0) this.#enter(target);
      else if (target.isOpen) visit.lowest = Math.min(visit.lowest, target.order);
    }
  }

  #nextTarget(visit: Visit): Visit | undefined {
    return this.#visits[visit.targets[visit.next++] ?? -1];
  }

  #enter(visit: Visit): void {
    visit.order = visit.lowest = ++this.#discovered;
    visit.isOpen = true;
    this.#open.push(visit);
    this.#path.push(visit);
  }

  #leave(visit: Visit): void {
    this.#path.pop();
    const before = this.#path.at(-1);
    if (before !== undefined) before.lowest = Math.min(before.lowest, visit.lowest);
    if (visit.lowest !== visit.order) return;
    const group = this.#open.splice(this.#open.lastIndexOf(visit));
    for (const member of group) member.isOpen = false;
    this.#groups.push(group.map(({ node }) => node));
  }
}
