import { expect, test } from 'vitest'
import { clusterData } from '../../test/report-fixture.ts'
import { type ComparedRun, compareHtml } from './compare.ts'

const data = clusterData({ identities: 3, photosEach: 3 })

function run(
  name: string,
  given: {
    readonly ap?: number
    readonly hash?: string
    readonly margin?: number
    readonly excludeSame?: 'encounter'
  } = {},
): ComparedRun {
  const { ap = 0.5, hash = 'same', margin = 0.3, excludeSame = null } = given
  return {
    name,
    config: { loss: { kind: 'arcface', marginRad: margin }, epochs: 8 },
    curves: data.curves,
    measured: {
      split: 'validation',
      dataHash: hash,
      excludeSame,
      gallery: null,
      flipAveraging: name === 'runs/b',
      photos: 9,
      queries: 8,
      rank1: 0.75,
      map: 0.25,
      identityBalancedMap: ap,
      minp: 0.125,
      perIdentity: [
        { identity: 'Abril', photos: 4, ap },
        { identity: 'Bento', photos: 4, ap: 0.9 },
        { identity: 'Caju', photos: 1, ap: null },
      ],
    },
  }
}

test('scores, the settings that differ and nothing else, curves over each other, individuals by disagreement', () => {
  const html = compareHtml([run('runs/a', { ap: 0.4 }), run('runs/b', { ap: 0.8, margin: 0.5 })])
  expect(html).toContain(
    '<td>runs/b</td><td>validation</td><td>9</td><td>8</td><td>the photo itself</td><td>on</td><td>0.8000</td><td>0.2500</td><td>0.7500</td><td>0.1250</td><td>900</td>',
  )
  expect(html).toContain('<td>loss.marginRad</td><td>0.3</td><td>0.5</td>')
  expect(html).not.toMatch(/<td>(epochs|loss\.kind)<\/td>/)
  expect(html).not.toContain('do not compare')
  expect(html.match(/runs\/a, runs\/b · validation photos: 9 photos, 8 queries · rosette/g)).toHaveLength(3)
  expect(html.match(/<figure>/g)).toHaveLength(3)
  expect(html.indexOf('>Abril<')).toBeLessThan(html.indexOf('>Bento<'))
  expect(html).not.toMatch(/<script| style="/)
})

test('photos that are not the same are said, and what is missing is left out', () => {
  expect(compareHtml([run('a'), run('b', { hash: 'other' })])).toContain(
    'on the same photos: these numbers do not compare',
  )
  const protocols = compareHtml([run('a'), run('b', { excludeSame: 'encounter' })])
  expect(protocols).toContain('left out (`excludeSame`): these numbers do not compare')
  expect(protocols).not.toContain('on the same photos')
  const bare = compareHtml([run('a'), { name: 'b', config: {}, curves: null, measured: null }])
  expect(bare).toContain('<td>b</td><td>no report</td>')
  const neither = compareHtml(['a', 'b'].map((name) => ({ name, config: {}, curves: null, measured: null })))
  expect(neither).not.toContain('<figure>')
  expect(neither).toContain('<p>None.</p>')
})

test('runs that tell of each query are tested on those that both have', () => {
  const told = (name: string, gain: number): ComparedRun => {
    const perQuery = Array.from({ length: 12 }, (_, i) => ({
      query: `${i + (name === 'b' ? 0 : 2)}.jpg`,
      identity: `animal ${(i + (name === 'b' ? 0 : 2)) % 4}`,
      ap: 0.5 + gain,
      rank: gain > 0 ? 1 : 3,
    }))
    const one = run(name)
    return { ...one, measured: { ...one.measured!, perQuery } }
  }
  const html = compareHtml([told('a', 0), told('b', 0.25), run('c')])
  expect(html).toContain(
    '10 queries of 4 individuals in common; 2 queries of the first and 2 of the second have no counterpart. By mean AP 4 individuals are found better, 0 worse.',
  )
  expect(html).toContain(
    '<td>identity-balanced mAP</td><td>0.5000</td><td>0.7500</td><td>–</td><td>+0.2500</td><td>+0.2500 to +0.2500</td><td>0.0010</td>',
  )
  expect(html).toContain('<td>rank-1</td><td>0.0000</td><td>1.0000</td><td>–</td><td>+1.0000</td>')
  expect(html).not.toContain('<td>mINP</td><td>0')
  expect(html).toContain('a, c: no paired test: c does not tell of each query.')
  expect(compareHtml([run('a'), run('b')])).not.toContain('Differences on the same queries')
  const other = told('b', 0.1)
  const elsewhere = other.measured!.perQuery!.map((one) => ({ ...one, query: `elsewhere/${one.query}` }))
  const apart = compareHtml([told('a', 0), { ...other, measured: { ...other.measured!, perQuery: elsewhere } }])
  expect(apart).toContain('a, b: no paired test: the two models have no query in common.')
})

test('means over seeds have their spread', () => {
  const seeds = run('seeds')
  const deviation = { identityBalancedMap: 0.0123 }
  expect(compareHtml([{ ...seeds, measured: { ...seeds.measured!, deviation } }, run('b')])).toContain(
    '<td>0.5000 ± 0.0123</td><td>0.2500</td>',
  )
})

test('hostile names stay text', () => {
  const html = compareHtml([run('<img src=x onerror=1>'), run('"><script>')])
  expect(html).not.toMatch(/<img|<script/)
})
