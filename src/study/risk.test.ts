import { describe, expect, it } from 'vitest'
import type { Photo } from '../data/index.ts'
import { identitiesAtRisk } from './risk.ts'

const photo = (identity: string, known: Partial<Photo> = {}): Photo => ({
  filename: `${identity}.png`,
  path: '/a.png',
  identity,
  extra: {},
  ...known,
})

describe('identitiesAtRisk', () => {
  it('names who has few photos, one encounter or one flank only', () => {
    const photos = [
      ...['e1', 'e1', 'e2', 'e3'].map((encounter) => photo('sound', { encounter, flank: encounter })),
      ...['left', 'left', 'left', 'left'].map((flank, i) => photo('left only', { encounter: `l${i}`, flank })),
      ...['m', 'm', 'm', 'm'].map((encounter) => photo('one moment', { encounter })),
      photo('once'),
    ]
    expect(identitiesAtRisk(photos)).toEqual([
      { identity: 'left only', photos: 4, encounters: 4, flanks: ['left'], reasons: ['one flank'] },
      { identity: 'once', photos: 1, encounters: undefined, flanks: [], reasons: ['few photos'] },
      { identity: 'one moment', photos: 4, encounters: 1, flanks: [], reasons: ['one encounter'] },
    ])
    expect(identitiesAtRisk(photos, { fewestPhotos: 5 })).toHaveLength(4)
  })

  it('takes a photo that does not say for one that may be of another encounter', () => {
    const photos = ['m', 'm', 'm', undefined].map((encounter) => photo('a', { encounter }))
    expect(identitiesAtRisk(photos)).toEqual([])
  })
})
