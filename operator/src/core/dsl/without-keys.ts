/** An object without some of its properties. */
export function withoutKeys(object: object, keys: ReadonlySet<string>): object {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.has(key)));
}
