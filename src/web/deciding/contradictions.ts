import type { DecidedPair, DecidingData } from '../../report/deciding-data.ts'

/** What cannot all be true, a sentence each: decisions against each other, and against whom photos of the gallery show. */
export function contradictions({ photos, questions }: DecidingData, decisions: readonly DecidedPair[]): string[] {
  const asked = new Set(questions.map(({ photo }) => photos[photo]!.name))
  const identities = new Map(photos.flatMap(({ name, identity }) => (identity === '' ? [] : [[name, identity]])))
  const nodeOf = (name: string, isOther: boolean) => {
    const identity = identities.get(name)
    const isKnown = identity !== undefined && (isOther || !asked.has(name))
    return isKnown ? `individual ${identity}` : `photo ${name}`
  }
  const pairs = decisions.map((one) => ({
    ...one,
    a: nodeOf(one.photo, false),
    b: one.decision === 'new' ? '' : nodeOf(one.other, true),
  }))
  const root = joined(pairs.filter(({ decision }) => decision === 'same'))
  const namesOf = new Map<string, Set<string>>()
  for (const node of pairs.flatMap(({ a, b }) => [a, b])) {
    if (!node.startsWith('individual ')) continue
    const group = root(node)
    namesOf.set(group, (namesOf.get(group) ?? new Set()).add(node.slice('individual '.length)))
  }
  const several = pairs.flatMap(({ photo, a, decision }) => {
    const names = [...(namesOf.get(root(a)) ?? [])]
    return decision === 'same' && names.length > 1 ? [`${photo} is the same as ${names.join(' and as ')}.`] : []
  })
  const apart = pairs.flatMap(({ photo, other, a, b, decision }) =>
    decision === 'different' && root(a) === root(b)
      ? [`${photo} and ${other} are different, but other decisions make them one animal.`]
      : [],
  )
  const known = pairs.flatMap(({ photo, a, decision }) => {
    const [name] = namesOf.get(root(a)) ?? []
    return decision === 'new' && name !== undefined
      ? [`${photo} is not in the gallery, but also the same as ${name}.`]
      : []
  })
  return [...new Set([...several, ...apart, ...known])]
}

/** The name of each node's group. */
function joined(same: readonly { readonly a: string; readonly b: string }[]): (node: string) => string {
  const parent = new Map<string, string>()
  const root = (node: string): string => {
    const up = parent.get(node)
    return up === undefined ? node : root(up)
  }
  for (const { a, b } of same) {
    const [first, second] = [root(a), root(b)]
    if (first !== second) parent.set(first, second)
  }
  return root
}
