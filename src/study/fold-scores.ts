import { check, optionText } from '../base/index.ts'
import { type Manifest, type Photo, photoKey, type SplitKind } from '../data/index.ts'
import { exclusion } from '../identify/index.ts'
import { type FoldKind, type FoldPlan, remedy } from './fold-plan.ts'
import { type Excluded, encountersByIndividual, isScorable } from './scorable.ts'

/**
 * Before anything is trained: which folds will have no score, in words. @throws InputError where none will, as photos of one encounter do not
 * meet, and no fold has two encounters of an individual.
 */
export function foldsWithoutScore(
  { folds, kind }: Pick<FoldPlan, 'folds' | 'kind'>,
  { photos }: Pick<Manifest, 'photos'>,
): string[] {
  const byKey = new Map(photos.map((photo) => [photoKey(photo), photo]))
  // a photo that is gone is told with its fold
  const parts = folds.map(({ validation }) => validation.flatMap((key) => byKey.get(key) ?? []))
  const { none, text, hint } = unscored(parts, kind) ?? {}
  check(none !== true, `${text}`, hint)
  return text === undefined ? [] : [`${text}; ${hint}`]
}

/**
 * What `crossValidate` would refuse or warn of in folds that are only written, given the photos that validate in each: folds in which no two
 * photos show one individual, and those whose photos of each individual are all of one encounter.
 */
export function foldWarnings(parts: readonly (readonly Photo[])[], kind: SplitKind): string[] {
  const single = parts.flatMap((photos, i) => (isScorable(photos, undefined) ? [] : [i + 1]))
  if (single.length > 0) {
    const what = `${folds(single)}: no two photos show one individual, so that nothing can be measured and \`crossValidate()\` refuses`
    return [`${what}; ${remedy(parts.flat(), kind)}`]
  }
  const found = unscored(parts, kind)
  return found === undefined ? [] : [`${found.text}; ${found.hint}`]
}

interface Unscored {
  /** Whether no fold at all has a score. */
  readonly none: boolean
  readonly text: string
  readonly hint: string
}

function unscored(parts: readonly (readonly Photo[])[], kind: FoldKind): Unscored | undefined {
  const all = parts.flat()
  const excludeSame = exclusion(all, undefined)
  const canBeFewer = parts.length > 2 && kind !== 'column'
  const without = parts.flatMap((photos, i) => (isScorable(photos, excludeSame) ? [] : [i + 1]))
  if (without.length === 0) return undefined
  if (without.length === parts.length) {
    const why = `photos of one encounter are not compared with each other, and ${whyNot(all, excludeSame)}`
    return {
      none: true,
      text: `no fold could be scored: ${why}`,
      hint: cure(all, { excludeSame, canBeFewer }),
    }
  }
  return {
    none: false,
    text: `${folds(without)} will have no score: no individual has two encounters there`,
    hint: together(all, { excludeSame, canBeFewer }),
  }
}

/** `fold 2`, `folds 1, 3`. */
function folds(numbers: readonly number[]): string {
  return `${numbers.length === 1 ? 'fold' : 'folds'} ${numbers.join(', ')}`
}

function whyNot(all: readonly Photo[], excludeSame: Excluded): string {
  const counts = encountersByIndividual(all, excludeSame)
  return Math.max(...counts) < 2
    ? 'no individual was seen at more than one encounter'
    : 'no individual has two encounters in one fold'
}

function cure(
  all: readonly Photo[],
  { excludeSame, canBeFewer }: { excludeSame: Excluded; canBeFewer: boolean },
): string {
  const forgets = `${optionText({ columns: { encounter: '-' } })} forgets encounters, and the scores then say little of new sightings`
  if (Math.max(...encountersByIndividual(all, excludeSame)) < 2)
    return `add photos of other encounters of these individuals; ${forgets}`
  return together(all, { excludeSame, canBeFewer })
}

/** What brings two encounters of an individual into one fold: more of them than folds, or folds by individual. */
function together(
  all: readonly Photo[],
  { excludeSame, canBeFewer }: { excludeSame: Excluded; canBeFewer: boolean },
): string {
  const most = Math.max(...encountersByIndividual(all, excludeSame))
  const fewer = canBeFewer && most > 2 ? `ask for fewer folds (${optionText({ folds: 2 })}), or ` : ''
  return `${fewer}${optionText({ by: 'identity' })} keeps all photos of an individual in one fold`
}
