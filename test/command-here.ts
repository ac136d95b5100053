import { vi } from 'vitest'
import { commands, runProgram } from '../src/cli/index.ts'

/** How a command ended, and what it said. */
export interface EndedHere {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command in this process: a second or two less than in one of its own. */
export async function commandHere(...args: readonly string[]): Promise<EndedHere> {
  let [stdout, stderr] = ['', '']
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((text: unknown) => {
      stdout += `${String(text)}\n`
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true)),
  ]
  try {
    const code = await runProgram(args, commands)
    return { code, stdout, stderr }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}
