import { check, counted, optionText } from '../base/index.ts'
import { type Difficulty, epochBatches, type Split } from '../data/index.ts'
import type { TrainConfig } from '../run/index.ts'

/** What decides the photos of each step. */
export interface BatchSource {
  readonly config: TrainConfig
  readonly seed: number
  readonly identities: readonly string[]
  readonly classes: readonly string[]
  readonly split: Split
  /** Each photo's encounter, '' where it is not known. */
  readonly encounters: readonly string[]
}

/**
 * The batches of each epoch, drawn when the epoch begins: a pure function of (seed, epoch).
 * @throws InputError from its constructor where the sampler cannot draw from these photos.
 */
export class Batches {
  readonly perEpoch: number
  readonly labels: Int32Array
  readonly #source: BatchSource
  #epoch = -1
  #batches: readonly Int32Array[] = []
  #difficulty: Difficulty | undefined

  constructor(source: BatchSource) {
    const classOf = new Map(source.classes.map((name, i) => [name, i]))
    this.#source = source
    this.labels = Int32Array.from(source.identities, (name) => classOf.get(name) ?? -1)
    this.perEpoch = this.#draw(0).length
  }

  /** Positions in the store of a step's photos. */
  at(step: number): Int32Array {
    const epoch = Math.floor(step / this.perEpoch)
    if (epoch !== this.#epoch) {
      this.#batches = this.#draw(epoch)
      this.#epoch = epoch
    }
    return this.#batches[step % this.perEpoch]!
  }

  /** From the next epoch on, draws by what a validation found hard, as much as `sampler.curriculum` says. */
  follow(difficulty: Difficulty | undefined): void {
    this.#difficulty = difficulty
  }

  #draw(epoch: number): readonly Int32Array[] {
    const { config, split, seed, encounters } = this.#source
    const { kind, photosPerIdentity: k, curriculum: strength } = config.sampler
    const own = Int32Array.from(split.train, (row) => this.labels[row]!)
    const p = Math.floor(config.batchSize / k)
    if (kind === 'pxk') checkIndividuals(new Set(own).size, config)
    const curriculum =
      this.#difficulty === undefined || strength === 0 ? undefined : { strength, difficulty: this.#difficulty }
    const sampler = {
      kind,
      batchSize: config.batchSize,
      seed,
      curriculum,
      ...(kind === 'pxk' ? { p, k, encounters: split.train.map((row) => encounters[row]!) } : {}),
    }
    return epochBatches(sampler, own, epoch).map((batch) => batch.map((i) => split.train[i]!))
  }
}

/** A batch of P individuals needs as many. */
function checkIndividuals(there: number, { batchSize, sampler }: TrainConfig): void {
  const { photosPerIdentity: k } = sampler
  const needed = Math.floor(batchSize / k)
  const photos = Array.from({ length: Math.max(0, batchSize - k - 1) }, (_, i) => k + 1 + i) // two individuals at least
  const more = photos.find((each) => batchSize % each === 0 && batchSize / each <= there)
  check(
    there === 0 || there >= needed,
    `sampler.photosPerIdentity: a batch of ${counted(batchSize, 'photo')}, ${k} of each individual, needs ${counted(needed, 'individual')}, but ${there} train`,
    `${more === undefined ? '' : `${optionText({ set: [`sampler.photosPerIdentity=${more}`] })}, or `}a batch of ${counted(k * there, 'photo')} at most`,
  )
}

/** N numbers: how many photos of each of a run's individuals train. */
export function photosOfEach({
  classes,
  identities,
  split,
}: Pick<BatchSource, 'classes' | 'identities' | 'split'>): number[] {
  const counts = new Map(classes.map((name) => [name, 0]))
  for (const row of split.train) counts.set(identities[row]!, (counts.get(identities[row]!) ?? 0) + 1)
  return [...counts.values()]
}
