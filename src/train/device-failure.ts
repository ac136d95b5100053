import { counted, InputError, messageOf } from '../base/index.ts'
import { checkpointPath } from '../run/index.ts'
import { type FailureKind, failureKind } from '../runtime/index.ts'
import type { TrainJob } from './job.ts'

/** Where a run stands when its device fails. */
export interface FailedAt {
  /** Steps made. */
  readonly step: number
  /** Saves the state after them if the device still gives it, and says how many steps the last checkpoint has; undefined where there is none. */
  readonly keep: () => Promise<number | undefined>
}

const happened: Readonly<Record<FailureKind, string>> = {
  memory: 'ran out of memory',
  lost: 'was lost',
  other: 'failed',
}

const elsewhere = '`resume` goes on from there, on another device too: `device: "cpu"`'

const hints: Readonly<Record<FailureKind, string>> = {
  memory: `${elsewhere}; \`train({ resume: true, set: ["recompute=all"] })\` needs less memory, as a new run with a smaller batchSize does`,
  lost: elsewhere,
  other: elsewhere,
}

/**
 * What work on a run's device threw becomes an error that says what was saved. A graphics processor can be lost, or run out of memory, in the
 * middle of a run; the processor can run out of memory too. Other errors are thrown as they are: mistakes of the caller, errors of files, bugs.
 * @throws always.
 */
export async function deviceFailed(
  error: unknown,
  { device, run }: Pick<TrainJob, 'device' | 'run'>,
  { step, keep }: FailedAt,
): Promise<never> {
  const kind = failureKind(error)
  if (!isOfDevice(error) || (device === 'cpu' && kind !== 'memory')) throw error
  const saved = await keep()
  throw new InputError(
    `training stopped after ${counted(step, 'step')}: ${device} ${happened[kind]} (${reason(error)}); ${keptWords(checkpointPath(run, 'last'), step, saved)}`,
    hints[kind],
  )
}

/** Errors of the operating system, as of a full disk, are of no device. */
function isOfDevice(error: unknown): boolean {
  return !(error instanceof InputError) && !(error instanceof Error && 'syscall' in error)
}

/** The first line, which says it; those below tell where in ONNX Runtime. */
function reason(error: unknown): string {
  return messageOf(error).split('\n')[0]!.trim()
}

/** What a resumed run begins with. */
function keptWords(path: string, step: number, saved: number | undefined): string {
  if (saved === undefined) return 'no checkpoint had been written yet, and the run begins anew'
  return saved === step ? `${path} has them all` : `${path} has ${saved} of them`
}
