import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { check, counted, unreachable } from '../base/index.ts'
import type { Geometry } from '../images/index.ts'
import type { RankFusion } from '../retrieval/index.ts'
import { type Embedder, type PreparedPhoto, ttaModes } from './embedder.ts'
import { normaliseRows } from './rows.ts'

/**
 * How members become one. similarities: the weighted mean of their cosines. ranks: each ranks by itself, and the ranks are fused
 * (`RankFusion`). embeddings: the weighted mean of their embeddings, of length 1 again; only for members whose axes mean the same.
 */
export const fusionMethods = ['similarities', 'ranks', 'embeddings'] as const
/** One of `fusionMethods`: similarities, ranks or embeddings. */
export type FusionMethod = (typeof fusionMethods)[number]

/** How members are put together. */
export interface EnsembleOptions {
  readonly method?: FusionMethod | undefined
  /** How much each member counts, above 0; all alike unless given. */
  readonly weights?: readonly number[] | undefined
}

/** k is that of the paper on reciprocal rank fusion. */
export const ensembleDefaults = { method: 'similarities', k: 60 } as const

/**
 * Several embedders as one. For `similarities` e = [√w₁ e₁ … √wₙ eₙ] with each eᵢ of length 1 and Σ w = 1, so that the cosine of two
 * photos is the weighted mean of the members' cosines, whatever their sizes; `ranks` has the same rows and says in `fusion` that they are
 * to be ranked apart. For `embeddings` e = Σ wᵢ eᵢ / ‖Σ wᵢ eᵢ‖. That needs members with the same axes: networks that were trained from
 * different beginnings have axes of their own, and the mean of their vectors says nothing. `openModels` holds runs to it; here only the
 * sizes can be checked. A geometry that several members share is prepared once. Releasing it releases them.
 * @throws InputError without a member, and for weights or sizes that do not fit.
 */
export function ensembleOf(members: readonly Embedder[], options: EnsembleOptions = {}): Embedder {
  const { method = ensembleDefaults.method } = options
  check(members.length > 0, 'ensemble: expected one embedder at least, got none')
  const weights = sharesOf(members, options.weights)
  const geometries = distinct(members.flatMap((member) => member.geometries))
  const { size, join, fusion } = joining(method, members, weights)
  const even = weights.every((weight) => weight === weights[0])
  return {
    name: members.map(({ name }) => name).join(' + '),
    source: sourceOf(members, method, even ? undefined : weights),
    run: undefined,
    geometries,
    size,
    tta: ttaModes.find((mode) => members.every(({ tta }) => tta === mode)) ?? 'mixed',
    batchSize: Math.max(...members.map(({ batchSize }) => batchSize)),
    lanes: Math.max(...members.map(({ lanes }) => lanes)),
    warnings: members.flatMap(({ warnings = [] }) => warnings),
    fusion,
    members,
    fingerprint: async () => {
      const each = await Promise.all(members.map((member) => member.fingerprint()))
      const settings = method === 'similarities' && even ? [] : [{ method, weights: even ? undefined : weights }]
      return createHash('sha256')
        .update(JSON.stringify([...each, ...settings]))
        .digest('hex')
    },
    embed: async (photos) => {
      const out = new Float32Array(photos.length * size)
      for (const [m, member] of members.entries()) join(out, await member.embed(viewsOf(member, photos, geometries)), m)
      return method === 'embeddings' ? normaliseRows(out, size) : out
    },
    release: async () => {
      await Promise.all(members.map((member) => member.release()))
    },
  }
}

/** Length of a row, how a member's rows come into it, and how rows are compared where not by their cosine. */
interface Joining {
  readonly size: number
  readonly join: (out: Float32Array, part: Float32Array, member: number) => void
  readonly fusion: RankFusion | undefined
}

function joining(method: FusionMethod, members: readonly Embedder[], weights: readonly number[]): Joining {
  switch (method) {
    case 'similarities':
      return { ...sideBySide(members, weights), fusion: undefined }
    case 'ranks': {
      const parts = members.map(({ size }, m) => ({ dim: size, weight: weights[m]! }))
      return { ...sideBySide(members, weights), fusion: { parts, k: ensembleDefaults.k } }
    }
    case 'embeddings':
      return { ...addedUp(members, weights), fusion: undefined }
    default:
      return unreachable(method)
  }
}

function sideBySide(members: readonly Embedder[], weights: readonly number[]): Omit<Joining, 'fusion'> {
  const columns: number[] = []
  let size = 0
  for (const member of members) {
    columns.push(size)
    size += member.size
  }
  return {
    size,
    join: (out, part, m) => {
      const [own, column, scale] = [members[m]!.size, columns[m]!, Math.sqrt(weights[m]!)]
      part.forEach((value, i) => {
        out[Math.floor(i / own) * size + column + (i % own)] = value * scale
      })
    },
  }
}

function addedUp(members: readonly Embedder[], weights: readonly number[]): Omit<Joining, 'fusion'> {
  const { size } = members[0]!
  check(
    members.every((member) => member.size === size),
    `ensemble: a mean of embeddings needs members of one size, got ${members.map((member) => member.size).join(', ')}`,
    '`fusion: "similarities"` takes members of any size',
  )
  return {
    size,
    join: (out, part, m) => {
      part.forEach((value, i) => {
        out[i] = out[i]! + value * weights[m]!
      })
    },
  }
}

/** Weights that add up to 1. */
function sharesOf(members: readonly Embedder[], weights: readonly number[] | undefined): number[] {
  if (weights === undefined) return members.map(() => 1 / members.length)
  check(
    weights.length === members.length && weights.every((weight) => Number.isFinite(weight) && weight > 0),
    `ensemble: expected ${counted(members.length, 'weight')} above 0, one a member, got ${weights.join(', ')}`,
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

function sourceOf(members: readonly Embedder[], method: FusionMethod, weights: readonly number[] | undefined): string {
  const named = members.map(({ source }, m) =>
    weights === undefined ? source : `${weights[m]!.toFixed(2)} × ${source}`,
  )
  return method === ensembleDefaults.method ? named.join(' + ') : `${method} of ${named.join(' + ')}`
}

function distinct(geometries: readonly Geometry[]): Geometry[] {
  return geometries.filter((own, i) => geometries.findIndex((other) => isSame(own, other)) === i)
}

/** Photos as a member sees them, out of all views. */
function viewsOf(member: Embedder, photos: readonly PreparedPhoto[], geometries: readonly Geometry[]): PreparedPhoto[] {
  const places = member.geometries.map((own) => geometries.findIndex((other) => isSame(own, other)))
  return photos.map((views) => places.map((place) => views[place]!))
}

function isSame(a: Geometry, b: Geometry): boolean {
  return isDeepStrictEqual(a, b)
}
