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

test('hostile names stay text', () => {
  const html = compareHtml([run('<img src=x onerror=1>'), run('"><script>')])
  expect(html).not.toMatch(/<img|<script/)
})
