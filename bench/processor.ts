import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/**
 * The processor as part of a file's name. Virtual machines call generations by one name ('AMD EPYC'): where there is
 * /proc/cpuinfo, family and model tell them apart (amd-epyc-family-25-model-17 is Zen 4).
 */
export function processorName(): string {
  const name = (cpus()[0]?.model ?? 'unknown').trim().toLowerCase()
  const facts = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : ''
  const fact = (key: string) => new RegExp(`^${key}\\s*: (\\d+)$`, 'm').exec(facts)?.[1]
  const [family, model] = [fact('cpu family'), fact('model')]
  const generation = family === undefined || model === undefined ? '' : `-family-${family}-model-${model}`
  return `${name.replace(/[^a-z0-9]+/g, '-')}${generation}`
}

/** NVIDIA's first card as part of a file's name. */
export function cardName(): string {
  const { stdout } = spawnSync('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], { encoding: 'utf8' })
  const name = (stdout ?? '').split('\n')[0]!.trim().toLowerCase()
  return name === '' ? 'unknown' : name.replace(/[^a-z0-9]+/g, '-')
}
