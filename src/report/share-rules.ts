/** What becomes of a value in a shared report; `context` is the same for the whole report. */
export type ShareRule<V, Context> = (value: V, context: Context) => V

/**
 * A rule for every field of T, optional ones included: a field that is added to T does not compile until somebody has decided
 * whether others may see it.
 */
export type ShareRules<T, Context> = { readonly [K in keyof T]-?: ShareRule<T[K], Context> }

/** Others may see it as it is. */
export function kept<V>(value: V): V {
  return value
}

/** Others see this in its place. */
export function replaced<V>(by: V): () => V {
  return () => by
}

/** Each field by its own rule. What no rule knows of, as a file that was read may have it, is left out. */
export function byRules<T extends object, Context>(rules: ShareRules<T, Context>): ShareRule<T, Context> {
  return (value, context) => {
    const decided = { ...value }
    for (const key in value) {
      if (Object.hasOwn(rules, key)) decided[key] = rules[key](value[key], context)
      else delete decided[key]
    }
    return decided
  }
}

/** The rule for each item of a list. */
export function each<V, Context>(rule: ShareRule<V, Context>): ShareRule<readonly V[], Context> {
  return (values, context) => values.map((value) => rule(value, context))
}

/** The rule where there is a value. */
export function unlessNull<V, Context>(rule: ShareRule<V, Context>): ShareRule<V | null, Context> {
  return (value, context) => (value === null ? null : rule(value, context))
}
