import { check } from '../base/index.ts'
import type { LocatedAnimal } from './located.ts'

/**
 * Which of several animals on a photo are taken: `largest`; `all`, each as a photo of its own; or the name of a class that the detector
 * tells, of which the largest is taken and all others are passed over.
 */
export type WhichAnimals = string

const plain: readonly string[] = ['largest', 'all']

/** Nothing where a network tells such animals apart. @throws InputError where `which` is no class of its animals. */
export function checkWhich(which: WhichAnimals | undefined, classes: readonly string[], name: string): void {
  check(
    which === undefined || plain.includes(which) || classes.includes(which),
    `\`animals\`: expected largest, all or a class of ${name}, got ${which}`,
    classes.length === 0 ? 'a segmenter tells no classes' : `its animals are ${classes.join(', ')}`,
  )
}

/** Those of the animals that are asked for: of a class those alone. The largest comes first, as before. */
export function askedFor<A extends LocatedAnimal | Omit<LocatedAnimal, 'mask'>>(
  which: WhichAnimals,
  animals: readonly A[],
): readonly A[] {
  return plain.includes(which) ? animals : animals.filter((animal) => animal.class === which)
}
