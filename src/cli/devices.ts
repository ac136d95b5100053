import { Command } from 'commander'
import { formatTable } from '../base/index.ts'
import type { Device, Placement } from '../runtime/index.ts'
import { progress } from './progress.ts'
import { say } from './say.ts'

const example = `
Examples:
  rosette devices
  rosette devices --check
  rosette embed --model runs/jaguars --data jaguars --out e.npy --device webgpu

--device auto takes a real graphics processor that works, else the processor,
and says why. docs/devices.md tells what each device needs.

--check opens the training step of every preset on each device that works, and
lists what falls back to the processor. It takes about a minute.`

/** `rosette devices`: what can run networks on this machine, what is missing, and how to get it. */
export function devicesCommand(): Command {
  return new Command('devices')
    .summary('list what can run networks on this machine')
    .description(
      'List the devices that can run networks: which are there, what the others lack, and what --device auto would take.',
    )
    .option('--check', 'open the training steps there, and tell what falls back to the processor')
    .option('--json', 'print everything as JSON')
    .addHelpText('after', example)
    .action(devicesAction)
}

async function devicesAction({
  json = false,
  check = false,
}: {
  readonly json?: boolean
  readonly check?: boolean
}): Promise<void> {
  const { chooseDevice, devices } = await import('../runtime/index.ts')
  const list = await devices()
  const works = list.some(({ state }) => state !== 'missing')
  const auto = works ? await chooseDevice('auto') : undefined
  const there = list.flatMap(({ device, state }) => (device === 'cpu' || state === 'missing' ? [] : [device]))
  const checked = check ? await placements(there) : undefined
  if (json) {
    say(
      JSON.stringify({ devices: list, auto, ...(checked === undefined ? {} : { placements: checked }) }, undefined, 2),
    )
    return
  }
  say(
    formatTable(
      ['device', 'state', 'what it is, or lacks'],
      list.map(({ device, state, reason }) => [device, state, reason]),
    ),
  )
  const missing = list.filter(({ state }) => state === 'missing')
  if (auto === undefined) say(`no network can run here: ${missing[0]?.remedy}`)
  else for (const { device, remedy } of missing) say(`${device}: ${remedy}`)
  if (auto !== undefined) say(`--device auto takes ${auto.device}`)
  if (checked !== undefined) say(`\n${placementText(checked)}`)
}

/** Where the nodes of a training step run. */
interface StepPlacement extends Placement {
  readonly device: Device
  readonly step: string
}

async function placements(there: readonly Exclude<Device, 'cpu'>[]): Promise<StepPlacement[]> {
  const { placement } = await import('../runtime/index.ts')
  const { presetSteps } = await import('../train/index.ts')
  const found: StepPlacement[] = []
  for (const device of there) {
    const steps = await presetSteps(device)
    const bar = progress(`opening training steps on ${device}`, 'steps')
    try {
      for (const [i, { name, graph }] of steps.entries()) {
        bar.update(i, steps.length)
        found.push({ device, step: name, ...(await placement(graph(), device)) })
      }
    } finally {
      bar.stop()
    }
  }
  return found
}

function placementText(found: readonly StepPlacement[]): string {
  if (found.length === 0) return 'no device but the processor works here: there is nothing to check'
  const rows = found.map(({ device, step, placed, fallen }) => [device, step, placed, fallen.length])
  const table = formatTable(['device', 'training step', 'nodes on the device', 'on the processor'], rows)
  const lists = found.filter(({ fallen }) => fallen.length > 0)
  return [table, ...lists.map(({ device, step, fallen }) => `${device}, ${step}: ${fallen.join(', ')}`)].join('\n')
}
