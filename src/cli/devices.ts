import { Command } from 'commander'
import { formatTable } from '../base/index.ts'
import { say } from './say.ts'

const example = `
Examples:
  rosette devices
  rosette embed --model runs/jaguars --data jaguars --out e.npy --device webgpu

--device auto takes a real graphics processor that works, else the processor,
and says why. docs/devices.md tells what each device needs.`

/** `rosette devices`: what can run networks on this machine, what is missing, and how to get it. */
export function devicesCommand(): Command {
  return new Command('devices')
    .summary('list what can run networks on this machine')
    .description(
      'List the devices that can run networks: which are there, what the others lack, and what --device auto would take.',
    )
    .option('--json', 'print everything as JSON')
    .addHelpText('after', example)
    .action(devicesAction)
}

async function devicesAction({ json = false }: { readonly json?: boolean }): Promise<void> {
  const { chooseDevice, devices } = await import('../runtime/index.ts')
  const list = await devices()
  const auto = await chooseDevice('auto')
  if (json) {
    say(JSON.stringify({ devices: list, auto }, undefined, 2))
    return
  }
  say(
    formatTable(
      ['device', 'state', 'what it is, or lacks'],
      list.map(({ device, state, reason }) => [device, state, reason]),
    ),
  )
  for (const { device, state, remedy } of list) if (state === 'missing') say(`${device}: ${remedy}`)
  say(`--device auto takes ${auto.device}`)
}
