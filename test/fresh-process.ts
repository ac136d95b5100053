import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Loaded before everything else, in threads and child processes too: writes down what the engine's library finds when it is loaded. */
const witness = `
const { appendFileSync } = require('node:fs')
const { dlopen } = process
process.dlopen = function (module, path, ...rest) {
  if (path.includes('onnxruntime')) {
    process.report.excludeNetwork = true
    const seen = process.report.getReport().environmentVariables.ORT_DISABLE_TELEMETRY
    appendFileSync(process.env.WITNESS, JSON.stringify(seen ?? 'on') + '\\n')
  }
  return dlopen.call(this, module, path, ...rest)
}
`

/** Linux's tracer of system calls, where it may be used: a container can forbid it. */
const tracer = ['strace', '-f', '--seccomp-bpf', '-qq', '-e', 'signal=none', '-e', 'trace=connect,sendto,openat,open']
const traces = spawnSync(tracer[0]!, [...tracer.slice(1), '-o', '/dev/null', 'true']).status === 0

/** How a process ended, and what it left and asked. */
export interface EndedFresh {
  readonly code: number | string
  readonly stdout: string
  readonly stderr: string
  /** The telemetry switch at each loading of the library. */
  readonly loads: readonly unknown[]
  /** Files that are in the home, cache and temporary folders afterwards. */
  readonly left: readonly string[]
  /** Connections, questions to a name server, and files written elsewhere than where the test has its own. */
  readonly calls: readonly string[]
}

/** What of a trace leads out of the machine, or leaves something outside of `own`. */
function strayCalls(trace: string, own: readonly string[]): string[] {
  const lines = existsSync(trace) ? readFileSync(trace, 'utf8').split('\n') : []
  return lines.filter((line) => {
    if (/ (connect|sendto)\(/.test(line)) return /AF_INET|sin6?_port/.test(line)
    const [, path = ''] = /"([^"]*)"/.exec(line) ?? []
    if (/^\/etc\/(resolv\.conf|hosts|nsswitch\.conf)$/.test(path)) return true
    const writes = /O_WRONLY|O_RDWR|O_CREAT/.test(line) && !/^\/(dev|proc)\//.test(path)
    return writes && path.startsWith('/') && !own.some((place) => path.startsWith(place))
  })
}

/** What is written to its standard input, the words after which it is interrupted, whether its system calls are written down, and where it runs. */
interface Talk {
  readonly input?: string
  readonly endsWith?: string
  readonly traced?: boolean
  readonly cwd?: string
}

/** Runs Node where home, cache and temporary folders are new, in `folder`, and nobody has turned telemetry off. What it writes there and to `own` is expected. */
export function freshRunner(folder: string, own: () => readonly string[] = () => []) {
  let runs = 0
  const preload = join(folder, 'witness.cjs')
  writeFileSync(preload, witness)
  return (args: readonly string[], { input = '', endsWith, traced = traces, cwd }: Talk = {}): Promise<EndedFresh> => {
    const place = join(folder, `run-${runs++}`)
    const fresh = ['home', 'cache', 'tmp'].map((name) => join(place, name))
    for (const path of fresh) mkdirSync(path, { recursive: true })
    const [HOME, XDG_CACHE_HOME, TMPDIR] = fresh
    const log = join(place, 'loads')
    const { ORT_DISABLE_TELEMETRY: _, ...env } = process.env
    const given = { HOME, XDG_CACHE_HOME, TMPDIR, ROSETTE_CACHE: join(folder, 'own-cache') }
    const options = { cwd, env: { ...env, ...given, NODE_OPTIONS: `--require ${preload}`, WITNESS: log } }
    const trace = join(place, 'trace')
    const command = [...(traced ? [...tracer, '-o', trace] : []), process.execPath, ...args]
    return new Promise((resolve) => {
      const child = execFile(command[0]!, command.slice(1), options, (error, stdout, stderr) => {
        const loads = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []
        const left = fresh.flatMap((path) => readdirSync(path, { recursive: true, encoding: 'utf8' }))
        const code = error?.code ?? error?.signal ?? 0
        const calls = strayCalls(trace, [folder, ...own()])
        resolve({ code, stdout, stderr, loads: loads.map((line): unknown => JSON.parse(line)), left, calls })
      })
      child.stdin!.end(input)
      child.stdout!.on('data', (text: string) => {
        // the tracer keeps signals to itself
        if (endsWith !== undefined && text.includes(endsWith)) process.kill(childOf(child.pid!), 'SIGINT')
      })
    })
  }
}

/** The process that the tracer runs, where there is one. */
function childOf(pid: number): number {
  if (!traces) return pid
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0])
}
