import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { counted, invariant } from '../base/index.ts'
import type { Graph } from '../graph/index.ts'
import { lower } from '../lower/index.ts'
import { encodeModel, toOnnx } from '../onnx/index.ts'
import { openInChild } from './child-session.ts'
import { deviceTarget } from './device-target.ts'
import { type Device, providerOf } from './devices.ts'

/** Where ONNX Runtime runs the nodes of a graph. */
export interface Placement {
  /** On the device. */
  readonly placed: number
  /** Those that fall back to the processor, as `GridSample (n_GridSample_14)`: their inputs come down and their results go up at each run. */
  readonly fallen: readonly string[]
}

const processor = 'CPUExecutionProvider'

/**
 * Where each node of a graph would run on a device. The graph is lowered and opened there, in a process of its own, and not run.
 * @throws what opening it throws.
 */
export async function placement(graph: Graph, device: Exclude<Device, 'cpu'>): Promise<Placement> {
  const { model } = encodeModel(toOnnx(lower(graph, deviceTarget(device))), '')
  // its most talkative log is the only place where the Node binding (1.30) tells of placements without a run
  const options = {
    executionProviders: [providerOf(device)],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 0,
  } as const
  const folder = mkdtempSync(join(tmpdir(), 'rosette-placement-'))
  const log = join(folder, 'log.txt')
  const complaints = openSync(log, 'w')
  try {
    const session = await openInChild(model, { options: [options], complaints })
    await session.release()
    return placementOf(readFileSync(log, 'utf8'))
  } finally {
    closeSync(complaints)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What ONNX Runtime's verbose log says of placements: the nodes of a provider below its name, or how many there are where it has all. */
export function placementOf(log: string): Placement {
  let [placed, provider] = [0, '']
  const fallen: string[] = []
  for (const line of log.split('\n')) {
    const [, said = ''] = /VerifyEachNodeIsAssignedToAnEp\]\s+(.*)/.exec(line) ?? []
    const [, whole, name, count] =
      /^(All nodes|Node\(s\)) placed on \[(\w+)\]\. Number of nodes: (\d+)/.exec(said) ?? []
    if (name !== undefined) {
      provider = name
      if (provider !== processor) placed += Number(count)
      else if (whole === 'All nodes') fallen.push(`all ${counted(Number(count), 'node')}`)
      continue
    }
    const [node] = /^\w+ \(.*?\)/.exec(said) ?? []
    if (provider === processor && node !== undefined) fallen.push(node)
  }
  invariant(provider !== '', 'ONNX Runtime does not say where it places nodes')
  return { placed, fallen }
}
