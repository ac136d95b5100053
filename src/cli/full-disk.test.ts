import { spawnSync } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder, tinyKaggle, tinyRun } from '../../test/model-fixture.ts'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const full = '/dev/full'

/** The compiled command, its standard output or error on a disk without space. */
function rosette(args: readonly string[], onFull: 'stdout' | 'stderr' | 'none') {
  const at = (name: typeof onFull) => (name === onFull ? openSync(full, 'w') : 'pipe')
  const { status, stderr } = spawnSync(process.execPath, [cli, ...args], {
    stdio: ['ignore', at('stdout'), at('stderr')],
    encoding: 'utf8',
  })
  return { status, stderr }
}

test.skipIf(!existsSync(full))('standard output on a full disk is an error that names it', () => {
  const told =
    'rosette: standard output: no space is left on the disk (ENOSPC, write)\nhint: make space, or choose another disk\n'
  expect(rosette(['models'], 'stdout')).toEqual({ status: 2, stderr: told })
  expect(rosette(['train', '--help'], 'stdout')).toEqual({ status: 2, stderr: told })
  // what goes wrong is told by the exit code where nothing else can tell it
  expect(rosette(['train', '--data', 'nowhere', '--out', temporaryFolder()], 'stderr').status).toBe(2)
})

test.skipIf(!existsSync(full))('a full device as the file to write is refused by its name', async () => {
  const args = ['--model', tinyRun(), '--data', await tinyKaggle(), '--out', full]
  const { status, stderr } = rosette(['evaluate', ...args], 'none')
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: expect.stringContaining(`rosette: --out: ${full}: expected a file, got something else`),
  })
})
