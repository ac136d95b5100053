import { beforeEach, expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { commands } from './index.ts'
import { runProgram } from './program.ts'
import { warnOfUnusedCosts, warnOfUnusedMatcher } from './unused-options.ts'

const output = captureOutput()
beforeEach(() => {
  output.stderr = ''
})

test.each([
  ['evaluate --model M --data D --out O --matcher coat', '--matcher: nothing is matched place by place'],
  ['evaluate --model M --data D --out O --calibration C', '--calibration: plain similarities rank the same'],
  ['submit --model M --data D --out O --matcher-config superpoint', '--matcher-config: nothing is matched'],
  ['report --model M --data D --out O --matcher sift', 'add --match local or --match fused, or leave it out'],
  ['calibrate --model M --data D --matcher sift', '--matcher: nothing is matched'],
  ['embed --model M --data D --out O.npy --matcher sift', '--matcher: nothing is matched'],
  ['identify --model M --gallery G --match none --matcher sift x.jpg', '--matcher: nothing is matched'],
  ['gallery --model M --data D --out O --matcher sift', 'hint: add --local, or leave it out'],
  [
    'cluster --model M --data D --out O --html H --matcher sift',
    'hint: add --match local, --match fused or --lines, or leave it out',
  ],
  [
    'embed --model M --data D --out O.npy --confidence 0.4 --locate L.onnx --detections md.json',
    '--confidence: is it that of the boxes of --detections, or of the network of --locate?',
  ],
])('%s is refused before any work', async (words, told) => {
  expect(await runProgram(words.split(' '), commands)).toBe(2)
  expect(output.stderr).toContain(told)
})

test('one meaning of --confidence is none too many, and identify may match unasked', async () => {
  const given = ['--model', 'no-such-model', '--confidence', '0.4', '--detections', 'md.json']
  expect(await runProgram(['embed', ...given, '--out', 'x.npy', '--locate', 'none'], commands)).toBe(2)
  expect(output.stderr).not.toContain('--confidence')
  output.stderr = ''
  expect(await runProgram(['identify', ...given, '--gallery', 'G', '--matcher', 'sift', 'x.jpg'], commands)).toBe(2)
  expect(output.stderr).not.toContain('--matcher')
})

test('what identify could not use is told, by its flags', () => {
  warnOfUnusedMatcher({ matcher: ['coat'] })
  warnOfUnusedCosts({ costFalseMatch: 20, newShare: 0.1 })
  expect(output.stderr).toContain('--matcher is not used: nothing is matched place by place')
  expect(output.stderr).toContain('--cost-false-match and --new-share: not used, since without a calibration')
  output.stderr = ''
  warnOfUnusedMatcher({})
  warnOfUnusedCosts({})
  expect(output.stderr).toBe('')
})
