import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { foldDefaults } from '../src/data/index.ts'
import { synthesise } from '../src/synth/index.ts'
import { commandLines, quick } from './doc-commands.ts'

const root = join(import.meta.dirname, '..')
const cli = join(root, 'dist', 'cli.js')
const page = readFileSync(join(root, 'docs', 'kaggle.md'), 'utf8')
const section = page.slice(page.indexOf('## On your own machine'), page.indexOf('## In a notebook'))
const calls = commandLines(section).map((line) => line.split(/\s+/))

describe('docs/kaggle.md, on drawn jaguars in the layout of the challenge', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rosette-kaggle-page-'))
  beforeAll(async () => {
    if (!existsSync(cli)) throw new Error(`${cli} is not built: npm run build`)
    const size = { widthPx: 160, heightPx: 120 } // networks see 32 px of it
    await synthesise({ out: join(folder, 'jaguars'), identities: 4, photosPerIdentity: 10, ...size, overwrite: false })
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('goes from cross-validation to a submission that is checked', () => {
    expect(calls.every(([npx, program]) => npx === 'npx' && program === 'rosette')).toBe(true)
    const names = calls.map(([, , name]) => name)
    expect(names).toEqual(['cv', 'tune', 'submit', 'check-submission'])
    expect(page).toContain(`${['four', 'five', 'six'][foldDefaults.folds - 4]} networks`) // two are trained below
    const models = calls.flatMap((call) => (call.includes('--model') ? [call[call.indexOf('--model') + 1]] : []))
    expect(models).toEqual(['runs/cv', 'runs/cv']) // what was trained is what is tuned and submitted
    expect(calls[0]).toContain('runs/cv')
  })

  test.each(calls.map((call) => [call.slice(2).join(' '), call.slice(2)] as const))(
    'rosette %s',
    async (_, args) => {
      const { code, output } = await rosette(folder, [...args, ...(args[0] === 'cv' ? [...quick, '--folds', '2'] : [])])
      expect(code, output).toBe(0)
      if (args[0] === 'cv') expect(output).toContain('runs/cv: the ensemble of 2 folds; use it as --model')
      if (args[0] === 'tune') {
        expect(output).toContain('out of fold, 2 folds')
        expect(output).toContain('of its fold, by the network that did not learn from them')
        expect(existsSync(join(folder, 'runs', 'cv', 'postprocessing.json'))).toBe(true)
      }
      if (args[0] === 'check-submission') expect(output).toContain('submission.csv: ok, 132 rows')
    },
    300_000, // two networks
  )

  test('the scores are of photos that each network did not learn from', () => {
    const report = JSON.parse(readFileSync(join(folder, 'runs', 'cv', 'cv.json'), 'utf8'))
    expect(report.folds).toHaveLength(2)
    for (const { trained, validated } of report.folds) expect(trained + validated).toBe(40)
    expect(report.folds.reduce((sum: number, { validated }: { validated: number }) => sum + validated, 0)).toBe(40)
    expect(report.mean.identityBalancedMap).toBeGreaterThan(0)
    expect(report.statistics.chance.identityBalancedMap).toBeGreaterThan(0)
  })
})

function rosette(cwd: string, args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const env = { ...process.env, ROSETTE_CACHE: join(cwd, 'cache') }
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, output: `${stdout}${stderr}` })
    })
  })
}
