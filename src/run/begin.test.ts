import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { InputError } from '../base/index.ts'
import { checkNewRun, removeRun } from './begin.ts'
import { trainDefaults } from './config.ts'

let run: string
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'rosette-begin-'))
})
afterEach(() => rmSync(run, { recursive: true }))

function put(...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(run, name)), { recursive: true })
    writeFileSync(join(run, name), '{"rosette": "0.1.0"}')
  }
}

test('a run is removed whole, its report and leftovers too; what somebody put there stays', () => {
  const own = ['run.json', 'config.json', 'split.json', 'model.json', 'model.onnx', 'metrics.json', 'log.jsonl']
  const checkpoints = ['checkpoints/last.safetensors', 'checkpoints/best.safetensors', 'checkpoints/a.1-0a.tmp']
  put(...own, ...checkpoints, 'model.onnx.data', 'weights.bin', 'model.json.1-0a.tmp')
  put('report/report.html', 'report/map-tsne.png', 'report/metrics.json')
  put('notes.txt', 'report/why.txt', 'run.lock', 'report/my-map.png')
  removeRun(run, ['weights.bin'])
  expect(readdirSync(run).sort()).toEqual(['notes.txt', 'report', 'run.lock'])
  expect(readdirSync(join(run, 'report')).sort()).toEqual(['my-map.png', 'why.txt'])
})

test('a run begins where nothing is, or in place of a run that may be overwritten', () => {
  const begins = (overwrite: boolean) => expect(() => checkNewRun(run, overwrite))
  expect(() => checkNewRun(join(run, 'new'), false)).not.toThrow()
  begins(false).toThrow('exists already')
  begins(true).not.toThrow()
  put('run.lock') // it was killed before it wrote anything
  begins(false).not.toThrow()
  put('notes.txt')
  begins(false).toThrow('exists already')
  begins(true).toThrow('exists and is no run folder of rosette')
  writeFileSync(join(run, 'config.json'), JSON.stringify({ epochs: 3 }))
  begins(true).toThrow('exists and is no run folder of rosette')
  writeFileSync(join(run, 'config.json'), JSON.stringify(trainDefaults))
  begins(true).not.toThrow()
  expect(existsSync(join(run, 'notes.txt'))).toBe(true)
})

test('a run that has not finished is told from one that has, with the way to go on', () => {
  put('run.json', 'config.json', 'checkpoints/last.safetensors')
  const hint = (): string | undefined => {
    try {
      checkNewRun(run, false)
    } catch (error) {
      return error instanceof InputError ? `${error.what}; ${error.hint}` : String(error)
    }
  }
  expect(hint()).toMatch(/is a run that has not finished; go on with it with `resume`/)
  expect(() => checkNewRun(run, true)).not.toThrow()
  put('metrics.json')
  expect(hint()).toMatch(/exists already; choose another name/)
})
