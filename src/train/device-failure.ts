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

/** How to go on. */
function hint(kind: FailureKind, device: TrainJob['device'], saved: number | undefined): string {
  const from = saved === undefined ? '`resume` begins it anew' : '`resume` goes on from there'
  const elsewhere = device === 'cpu' ? from : `${from}, on another device too: \`device: "cpu"\``
  if (kind !== 'memory') return elsewhere
  return `${elsewhere}; \`train({ resume: true, set: ["recompute=all"] })\` needs less memory, as a new run with a smaller batchSize does`
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
  if (!isOfDevice(error, kind) || (device === 'cpu' && kind !== 'memory')) throw error
  const saved = await keep()
  throw new InputError(
    `training stopped after ${counted(step, 'step')}: ${device} ${happened[kind]} (${reason(error)}); ${keptWords(checkpointPath(run, 'last'), step, saved)}`,
    hint(kind, device, saved),
  )
}

/** Errors of the operating system, as of a full disk, are of no device, and neither are our own mistakes. */
function isOfDevice(error: unknown, kind: FailureKind): boolean {
  if (error instanceof InputError || (error instanceof Error && 'syscall' in error)) return false
  const isBug = error instanceof TypeError || messageOf(error).startsWith('internal: ')
  return kind !== 'other' || !isBug
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
