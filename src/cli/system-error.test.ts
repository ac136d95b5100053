import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../../test/model-fixture.ts'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** The compiled command where a shell has limited it first. */
function limited(limit: string, ...args: readonly string[]) {
  const script = `${limit}; exec "$0" "$@"`
  const { status, stderr } = spawnSync('bash', ['-c', script, process.execPath, cli, ...args], { encoding: 'utf8' })
  return { status, stderr }
}

test.skipIf(process.platform === 'win32')(
  'a file that grows past the limit of the system is named, and no part is left',
  () => {
    const folder = temporaryFolder()
    const out = join(folder, 'drawn')
    const { status, stderr } = limited('ulimit -f 8', 'synth', '--identities', '2', '--photos', '1', '--out', out)
    expect(status).toBe(2)
    expect(stderr.slice(stderr.indexOf('rosette: '))).toMatch(
      /^rosette: \S+\/drawn\/train\/train\/train_\d+\.png: the file would be larger than the system allows \(EFBIG, write\)\nhint: look at `ulimit -f`/,
    )
    expect(readdirSync(folder)).toEqual([])
  },
)

test.skipIf(process.platform === 'win32')(
  'too few open files to read the program are told, and how to allow more',
  () => {
    expect(limited('ulimit -n 24', 'models')).toEqual({
      status: 2,
      stderr:
        'rosette: too many files are open to read the program (EMFILE)\nhint: raise the limit: `ulimit -n 4096`\n',
    })
  },
)

test('a name that is too long is told before the work, as it was given', () => {
  const out = join(temporaryFolder(), `${'x'.repeat(240)}.png`)
  const { status, stderr } = limited('true', 'synth', '--identities', '2', '--photos', '1', '--out', out)
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: `rosette: --out: ${out}: the name is too long (ENAMETOOLONG, lstat)\nhint: choose a shorter name: while it is written, a file has some 30 letters more\n`,
  })
})
