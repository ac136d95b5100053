/** The command line: one file a command. The order here is that of `rosette --help`. */
import type { Command } from 'commander'
import { auditCommand } from './audit.ts'
import { calibrateCommand } from './calibrate.ts'
import { checkSubmissionCommand } from './check-submission.ts'
import { clusterCommand } from './cluster.ts'
import { compareCommand } from './compare.ts'
import { cvCommand } from './cv.ts'
import { demoCommand } from './demo.ts'
import { devicesCommand } from './devices.ts'
import { embedCommand } from './embed.ts'
import { ensembleCommand } from './ensemble.ts'
import { evaluateCommand } from './evaluate.ts'
import { exportCommand } from './export.ts'
import { flanksCommand } from './flanks.ts'
import { galleryCommand } from './gallery.ts'
import { identifyCommand } from './identify.ts'
import { locateCommand } from './locate.ts'
import { modelsCommand } from './models.ts'
import { pseudoLabelCommand } from './pseudo-label.ts'
import { reportCommand } from './report.ts'
import { splitCommand } from './split.ts'
import { submitCommand } from './submit.ts'
import { synthCommand } from './synth.ts'
import { trainCommand } from './train.ts'
import { tuneCommand } from './tune.ts'
import { watchCommand } from './watch.ts'
import { weightsCommand } from './weights.ts'

export const commands: readonly (() => Command)[] = [
  demoCommand,
  synthCommand,
  modelsCommand,
  auditCommand,
  splitCommand,
  locateCommand,
  flanksCommand,
  trainCommand,
  watchCommand,
  cvCommand,
  ensembleCommand,
  embedCommand,
  evaluateCommand,
  tuneCommand,
  calibrateCommand,
  reportCommand,
  compareCommand,
  submitCommand,
  checkSubmissionCommand,
  galleryCommand,
  identifyCommand,
  clusterCommand,
  pseudoLabelCommand,
  exportCommand,
  weightsCommand,
  devicesCommand,
]
export { ignoresHangUp } from './hang-up.ts'
export { runProgram } from './program.ts'
export { outliveReaders, tellUnwritten } from './streams.ts'
