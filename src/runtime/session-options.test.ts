import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { InferenceSession } from 'onnxruntime-node'
import { afterAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'
import { add, input, inverseDeviation, standardise } from '../graph/index.ts'
import { lower } from '../lower/index.ts'
import { decodeModel, encodeModel, toOnnx } from '../onnx/index.ts'
import { deviceTarget } from './device-target.ts'
import { sessionOptions, stepOptions } from './session-options.ts'

const folder = temporaryFolder()
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A sum and the norm after it, whose deviation is read too, as a graphics processor gets it. */
const sum = add(input('x', [2, 5, 8]), input('y', [2, 5, 8]))
const norm = lower({ outputs: { norm: standardise(sum, 1e-6), r: inverseDeviation(sum, 1e-6) } }, deviceTarget('cuda'))

async function optimised(options: InferenceSession.SessionOptions): Promise<string[]> {
  const optimizedModelFilePath = join(folder, 'optimised.onnx')
  const session = await InferenceSession.create(encodeModel(toOnnx(norm), '').model, {
    ...options,
    executionProviders: ['cpu'],
    optimizedModelFilePath,
  })
  await session.release()
  const { graph } = decodeModel(readFileSync(optimizedModelFilePath), optimizedModelFilePath)
  return graph!.node.map(({ opType }) => opType)
}

test('in a training step a norm that gives its deviation is not joined with the sum before it', async () => {
  expect(await optimised(sessionOptions({ device: 'cuda' }))).toEqual(['SkipLayerNormalization']) // else the option has lost its reason
  expect(await optimised(stepOptions({ device: 'cuda' }))).toEqual(['Add', 'LayerNormalization'])
})
