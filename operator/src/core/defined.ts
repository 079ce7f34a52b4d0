/** An object's fields that have a value: those that are undefined are left out, as JSON leaves them out. */
export type Defined<T> = { [field in keyof T]?: Exclude<T[field], undefined> };

/** Leaves out the fields that are undefined. */
export function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** An object without some of its fields. */
export function without<T extends object, K extends keyof T>(object: T, ...fields: readonly K[]): Omit<T, K> {
  const left = new Set<PropertyKey>(fields);
  return Object.fromEntries(Object.entries(object).filter(([field]) => !left.has(field))) as Omit<T, K>;
}
