import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { check } from '../base/index.ts'
import type { Geometry } from '../images/index.ts'
import type { Embedder, PreparedPhoto } from './embedder.ts'

/**
 * Several embedders as one: e = [e₁ … eₙ] / √n with each eᵢ of length 1, so that the cosine of two photos is the mean of the members'
 * cosines, whatever their sizes. (The mean of the vectors would say nothing: each network has axes of its own.) A geometry that
 * several members share is prepared once. Releasing it releases them. @throws InputError without a member.
 */
export function ensembleOf(members: readonly Embedder[]): Embedder {
  check(members.length > 0, 'ensemble: expected one embedder at least, got none')
  const geometries = distinct(members.flatMap((member) => member.geometries))
  const size = members.reduce((sum, member) => sum + member.size, 0)
  const scale = 1 / Math.sqrt(members.length)
  return {
    name: members.map(({ name }) => name).join(' + '),
    source: members.map(({ source }) => source).join(' + '),
    run: undefined,
    geometries,
    size,
    tta: members.every(({ tta }) => tta === 'flip') ? 'flip' : 'none',
    batchSize: Math.max(...members.map(({ batchSize }) => batchSize)),
    lanes: Math.max(...members.map(({ lanes }) => lanes)),
    warnings: members.flatMap(({ warnings = [] }) => warnings),
    fingerprint: async () => {
      const each = await Promise.all(members.map((member) => member.fingerprint()))
      return createHash('sha256').update(JSON.stringify(each)).digest('hex')
    },
    embed: async (photos) => {
      const out = new Float32Array(photos.length * size)
      let column = 0
      for (const member of members) {
        const part = await member.embed(viewsOf(member, photos, geometries))
        part.forEach((value, i) => {
          out[Math.floor(i / member.size) * size + column + (i % member.size)] = value * scale
        })
        column += member.size
      }
      return out
    },
    release: async () => {
      await Promise.all(members.map((member) => member.release()))
    },
  }
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
