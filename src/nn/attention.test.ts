import { expect, test } from 'vitest'
import { evaluate } from '../../test/differences.ts'
import { input } from '../graph/index.ts'
import { referenceBackend } from '../runtime/index.ts'
import { float32 } from '../tensor/index.ts'
import { attend, attention, attentionDefaults } from './attention.ts'
import { normDefaults } from './norm.ts'
import { Scope } from './scope.ts'

const backend = referenceBackend({ floats: 'float64' })

test('each token is the average of the values, weighed by how its query meets the keys', async () => {
  const part = (name: string) => input(name, [1, 2, 2, 1]) // two heads of one channel, two tokens
  const y = attend(part('q'), part('k'), part('v'))
  const results = await evaluate(
    backend,
    { y },
    {
      q: float32([1, 2, 2, 1], [0, 1, 2, 0]),
      k: float32([1, 2, 2, 1], [5, 6, 1, -1]),
      v: float32([1, 2, 2, 1], [10, 20, 3, 7]),
    },
  )
  // head 0: token 0 asks nothing, token 1 prefers the second key by e^(6−5); head 1: token 0 prefers the first by e^(2+2)
  const share = (advantage: number) => 1 / (1 + Math.exp(-advantage))
  const expected = [15, 7 - 4 * share(4), 10 + 10 * share(1), 5] // [B, T, h·d]
  expect(results.y!.shape).toEqual([1, 2, 2])
  expected.forEach((value, i) => expect(results.y!.data[i]).toBeCloseTo(value, 12))
})

test.each([
  ['joint', 'all', ['qkv.weight', 'qkv.bias', 'proj.weight', 'proj.bias']],
  ['joint', 'query-value', ['qkv.weight', 'q_bias', 'v_bias', 'proj.weight', 'proj.bias']],
  ['joint', 'none', ['qkv.weight', 'proj.weight', 'proj.bias']],
  [
    'separate',
    'query-value',
    ['q_proj.weight', 'q_proj.bias', 'k_proj.weight', 'v_proj.weight', 'v_proj.bias', 'proj.weight', 'proj.bias'],
  ],
] as const)('parameters of %s weights, bias %s', (weights, bias, names) => {
  const scope = Scope.root('training')
  const config = { ...attentionDefaults, heads: 2, weights, bias }
  const y = attention(scope.child('norm'), scope.child('attn'), input('x', ['N', 3, 4]), config, { norm: normDefaults })
  expect(y.shape).toEqual(['N', 3, 4])
  const own = scope.params().flatMap(({ spec }) => (spec.name.startsWith('attn.') ? [spec.name.slice(5)] : []))
  expect(own).toEqual(names)
})
