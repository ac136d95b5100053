import { Command } from 'commander'
import { FailedCheck } from './exit.ts'
import { inFlags } from './flag-words.ts'
import { say } from './say.ts'

const example = `
Example:
  rosette check-submission submission.csv --test jaguars/test.csv

Exit code 0: the submission is good. 1: it has problems, each listed with its
line. 2: a file cannot be read.`

/** `rosette check-submission`: holds a submission against the test.csv it answers. */
export function checkSubmissionCommand(): Command {
  return new Command('check-submission')
    .summary('check a submission before you upload it')
    .description(
      'Check a submission against test.csv: columns, rows, their order, numbers from 0 to 1. ' +
        'Then show the range of its numbers and how many tie. Nothing is changed.',
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
  say(inFlags(formatSubmissionReport(report)))
  if (!report.ok) throw new FailedCheck()
}
