// alone: reads denormals
import { expect, test } from 'vitest'
import { smallestNormal } from '../base/index.ts'
import { ortBackend } from './ort.ts'

/** Written as bits: reading them is what is tested. */
const tiny = (bits: bigint) => new Float64Array(BigUint64Array.of(bits).buffer)[0]!

test.skipIf(process.arch !== 'x64')(
  'the thread that opens a backend takes denormals as zeros, and no more than them',
  async () => {
    expect(tiny(1n) > 0).toBe(true)
    await ortBackend()
    expect(tiny(1n) > 0).toBe(false)
    expect([tiny(1n << 52n), tiny(1n << 52n) > 0]).toEqual([smallestNormal, true])
  },
)
