import { Command, Option } from 'commander'
import { formatTable } from '../base/index.ts'
import { aboveZero, notNegative } from './numbers.ts'
import { progress } from './progress.ts'
import { say } from './say.ts'
import { interruptible } from './work.ts'

const example = `
Example:
  rosette synth --out runs/jaguars --identities 12 --photos 20

Writes train.csv, test.csv, the photos of both, test_identities.csv (who is on
the test photos, which a competition hides), and sheet.png to look at.`

interface SynthFlags {
  readonly out: string
  readonly identities?: number
  readonly photos?: number
  readonly seed?: number
  readonly overwrite?: boolean
}

/** `rosette synth`: draws a dataset of jaguars. */
export function synthCommand(): Command {
  return new Command('synth')
    .summary('draw a dataset of jaguars')
    .description('Draw jaguars with coats of their own and photograph them: a dataset in the Kaggle layout.')
    .requiredOption('--out <DIR>', 'the folder to write')
    .addOption(new Option('--identities <N>', 'how many individuals').argParser(aboveZero).default(undefined, '24'))
    .addOption(new Option('--photos <M>', 'training photos of each').argParser(aboveZero).default(undefined, '40'))
    .addOption(
      new Option('--seed <S>', 'another seed draws other animals').argParser(notNegative).default(undefined, '0'),
    )
    .option('--overwrite', 'replace the drawn dataset in --out')
    .addHelpText('after', example)
    .action(synthAction)
}

async function synthAction({ out, identities, photos, seed, overwrite = false }: SynthFlags): Promise<void> {
  const { synthesise } = await import('../synth/index.ts')
  const bar = progress('drawing', 'photos')
  const written = await interruptible((signal) =>
    synthesise({
      out,
      overwrite,
      signal,
      onProgress: bar.update,
      ...(identities === undefined ? {} : { identities }),
      ...(photos === undefined ? {} : { photosPerIdentity: photos }),
      ...(seed === undefined ? {} : { seed }),
    }),
  ).finally(bar.stop)
  const { folder, trainPhotos, testPhotos, encounters, sheet } = written
  const rows: [string, number][] = [
    ['individuals', written.identities],
    ['encounters', encounters],
    ['training photos', trainPhotos],
    ['test photos', testPhotos],
  ]
  say(`${folder}\n${formatTable(['', 'count'], rows)}\nto look at them: ${sheet}`)
}
