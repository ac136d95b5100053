import { optionText } from '../base/index.ts'
import type { TrainConfig } from './config.ts'
import { type ConfigChange, sets, valueAt } from './setting.ts'

/** A setting that changes nothing while another one stands as it does. */
interface Idle {
  readonly path: readonly string[]
  /** The other one. */
  readonly by: readonly string[]
  readonly isIdle: (config: TrainConfig) => boolean
  /** What the other one is, and what wakes this one. */
  readonly why: (config: TrainConfig) => string
}

const nothingAside = {
  by: ['validation'],
  isIdle: ({ validation }: TrainConfig) => validation === 'none',
  why: () =>
    `without effect, as no photos are set aside (validation is 'none'); add ${optionText({ set: ['validation=stratified'] })}`,
}

const idle: readonly Idle[] = [
  { path: ['validationFraction'], ...nothingAside },
  { path: ['validateEvery'], ...nothingAside },
  {
    path: ['sampler', 'photosPerIdentity'],
    by: ['sampler', 'kind'],
    isIdle: ({ sampler }) => sampler.kind !== 'pxk',
    why: ({ sampler }) =>
      `without effect on batches that are '${sampler.kind}'; add ${optionText({ set: ['sampler.kind=pxk'] })}`,
  },
]

/**
 * A line for each setting that was said, is not as in `base`, and changes nothing by what `base` says: whoever said it believes that it does. Whoever said the
 * other one too, in settings for several runs say, knows.
 */
export function idleSettings(config: TrainConfig, base: TrainConfig, changes: readonly ConfigChange[]): string[] {
  return idle
    .filter(
      ({ path, by, isIdle }) =>
        isIdle(config) && sets(changes, path) && !sets(changes, by) && valueAt(config, path) !== valueAt(base, path),
    )
    .map(({ path, why }) => `${path.join('.')}: ${why(config)}`)
}
