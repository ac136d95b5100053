import { afterEach, beforeEach, vi } from 'vitest'

/** What a command writes during a test. */
export interface CapturedOutput {
  stdout: string
  stderr: string
}

/** Keeps what commands write from the terminal; empty again before each test. */
export function captureOutput(): CapturedOutput {
  const output = { stdout: '', stderr: '' }
  beforeEach(() => {
    output.stdout = ''
    output.stderr = ''
    vi.spyOn(console, 'log').mockImplementation((text: unknown) => {
      output.stdout += `${String(text)}\n`
    })
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((output.stderr += String(text)), true))
  })
  afterEach(() => vi.restoreAllMocks())
  return output
}
