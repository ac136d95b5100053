import { Command, Option } from 'commander'
import { addAfterRankingOptions } from './after-ranking.ts'
import { addAnswerOptions } from './calibrated.ts'
import { tellPage } from './deciding-page.ts'
import { answerAskedPhotos } from './habits.ts'
import { answersTo } from './identify-answers.ts'
import { type IdentifyFlags, questionOf } from './identify-question.ts'
import { addLocateOptions } from './locate-options.ts'
import { addMatchOption, flanksOption } from './match-options.ts'
import { aboveZero } from './numbers.ts'
import { addDataOptions, addModelOptions } from './options.ts'
import { addOtherNames } from './other-names.ts'
import { priorOption } from './place-time.ts'
import { tell } from './say.ts'
import { interruptible } from './work.ts'

const example = `
Examples:
  rosette identify --model runs/jaguars --gallery jaguars trap_0815.jpg
  rosette identify --model runs/jaguars --gallery known-jaguars --top 3 \\
    --csv matches.csv new-photos
  find . -name '*.JPG' | rosette identify --model runs/jaguars \\
    --gallery jaguars -
  rosette identify --model runs/jaguars --gallery jaguars --match fused \\
    --html matches.html new-photos

PHOTO is a photo, a folder with everything below it, a table (CSV, with boxes,
flanks, encounters), a pattern in quotation marks ('new/**/*.jpg'), or - to read
a list of files from standard input.

The gallery is a folder that \`rosette gallery\` made, or photos of known
individuals. Photos that this model has embedded before are not embedded again.

Similarity is the cosine between your photo and the individual's photo that is
most similar to it (the best match); 1 is the most. The list is in the order of
similarity. With a calibration it is in the order of probability, which also
weighs how many photos each individual has: so the first individual need not be
the one with the most similar photo.
A gallery photo that is the very same file as the photo asked about is left out.

The answer is a name, "not in the gallery" (\`new\` in files) or "unsure". Names
need probabilities, which \`rosette calibrate\` makes once for a model
(docs/answers.md).

--html writes a page to decide on: each photo beside its candidates. What you
decide there is saved as a CSV, which --decisions reads (docs/deciding.md).`

/** `rosette identify`: who is on these photos? */
export function identifyCommand(): Command {
  const command = new Command('identify')
    .summary('find out whom photos show')
    .description('Say who is on a photo, and list the known individuals that it may show, best first.')
    .argument('<PHOTO...>', 'photos to ask about: files, folders, a table (CSV), patterns, or -')
    .requiredOption(
      '--gallery <G>',
      'known individuals: a gallery, a folder for each animal, a table (CSV), or a Kaggle folder',
    )
    .option('--query-images <DIR>', 'the folder that file names start from in a table given as PHOTO')
    .option('--query-columns <field=column,…>', 'the names of the columns in a table given as PHOTO')
    .addOption(flanksOption())
    .option('--top <K>', 'how many individuals to list for each photo', aboveZero, 5)
    .addOption(new Option('--json', 'print JSON in place of the table').conflicts('csv'))
    .option(
      '--csv <FILE>',
      'write the table to a file: photo, rank, identity, similarity, best match, probability, answer',
    )
    .option('--html <FILE>', 'write a page to decide on, each photo beside its candidates')
    .option(
      '--decisions <FILE.csv>',
      'a table of what you decided: photo, other photo, decision; these photos get the answers that you gave',
    )
    .option('--overwrite', 'replace the files of --csv and --html')
  answerAskedPhotos(command)
  addOtherNames(
    command,
    { galleryImages: 'images', galleryColumns: 'columns' },
    '--images and --columns are those of --gallery, --query-images and --query-columns those of a table given as PHOTO',
  )
  return addAnswerOptions(
    addMatchOption(
      addAfterRankingOptions(addLocateOptions(addDataOptions(addModelOptions(command)))),
      'fused where the outlines of the animals are known, else none',
    ),
  )
    .addOption(priorOption())
    .addHelpText('after', example)
    .action(identifyAction)
}

async function identifyAction(names: readonly string[], given: IdentifyFlags, command: Command): Promise<void> {
  const { idleDecisionsNote } = await import('../identify/index.ts')
  const telling = await import('./identify-telling.ts')
  const question = await questionOf(names, given)
  const { flags, postProcessing } = question
  const { html, gallery, overwrite = false, limitPixels } = flags
  const isMatchAsked = command.getOptionValueSource('match') !== 'default'
  const { found, beside, page } = await interruptible(async (signal, whileRanking) => {
    const answers = await answersTo(question, { signal, whileRanking, isMatchAsked })
    const idle = idleDecisionsNote(answers.decided.decisions, answers.found)
    if (idle !== undefined) tell(`note: ${idle}`)
    const beside = await telling.besideAnswers(answers, postProcessing)
    const about = { source: gallery, overwrite, limitPixels, signal, ...beside }
    const page = html === undefined ? undefined : await telling.writePage(html, answers, about)
    return { found: answers.found, beside, page }
  })
  telling.tellLeftOut(found)
  telling.tellMirrored(found)
  telling.tellBothFlanks(found)
  if (page !== undefined) tellPage(page, 'photo')
  await telling.tellAnswers(found, beside, flags)
}
