import { Command } from 'commander'
import { FailedCheck } from './exit.ts'

const example = `
Example:
  rosette check-submission submission.csv --test jaguars/test.csv

Exit code 0: a good submission. 1: problems, each with its line. 2: a file that cannot be read.`

/** `rosette check-submission`: holds a submission against the test.csv it answers. */
export function checkSubmissionCommand(): Command {
  return new Command('check-submission')
    .summary('check a submission before you upload it')
    .description(
      'Check a submission against the test.csv it answers: columns, row order, missing, repeated and unknown rows, ' +
        'numbers in [0, 1], stray lines; and report its range and tie rate. Nothing is changed.',
    )
    .argument('<submission.csv>', 'the submission, with the columns row_id,similarity')
    .requiredOption('--test <test.csv>', "the competition's pairs, or the folder that holds test.csv")
    .addHelpText('after', example)
    .action(checkSubmissionAction)
}

async function checkSubmissionAction(submission: string, { test }: { readonly test: string }): Promise<void> {
  // Rooms are loaded when a command runs, so that --help and a mistyped option answer at once.
  const { checkSubmission, formatSubmissionReport } = await import('../competition/index.ts')
  const report = checkSubmission(submission, test)
  console.log(formatSubmissionReport(report))
  if (!report.ok) throw new FailedCheck()
}
