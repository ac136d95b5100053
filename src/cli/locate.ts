import { Command, Option } from 'commander'
import { counted } from '../base/index.ts'
import type { WhichAnimals } from '../locate/index.ts'
import { speakingOf } from './flag-words.ts'
import { animalsOption, locateConfigOption, locatorOptions } from './locate-options.ts'
import { fraction } from './numbers.ts'
import {
  addPhotoOptions,
  type DataFlags,
  dataOptions,
  deviceOption,
  type ModelFlags,
  memoryLimitOption,
  threadsOption,
} from './options.ts'
import { checkPhotosFirst } from './photos-first.ts'
import { progress } from './progress.ts'
import { say } from './say.ts'
import { deviceFor, interruptible, warnOfManifest, warnOfSkipped, withListing, withoutSingles } from './work.ts'

const example = `
Examples:
  rosette locate --model md_v5a.onnx --locate-config megadetector-v5 \\
    --data photos --out found
  rosette train --data photos --detections found/detections.json --out runs/cut

Writes DIR/detections.json in MegaDetector's format. If the network gives masks,
it also writes DIR/masks/; the animal is white. Other commands read them by
--detections and --masks, or take the network itself by --locate.

A second run with the same --out goes on where the first was stopped. Photos
that this network has seen before are not looked at again.
docs/locate.md tells how to bring MegaDetector and others.`

interface LocateCommandFlags extends DataFlags, Pick<ModelFlags, 'device'> {
  readonly model: string
  readonly locateConfig?: string
  readonly data: string
  readonly out: string
  readonly animals?: WhichAnimals
  readonly confidence?: number
  readonly threads?: number
  readonly memoryLimit?: number
  readonly overwrite?: boolean
}

/** `rosette locate`: photos in, boxes and masks of the animals out. */
export function locateCommand(): Command {
  const command = new Command('locate')
    .summary('find the animals on photos: boxes and masks')
    .description('Find the animals on photos by a network of yours: a detector (boxes), or a segmenter (masks too).')
    .requiredOption('--model <FILE.onnx>', 'the network, with its description beside it')
    .requiredOption('--data <D>', 'a folder of photos, a folder for each animal, a table (CSV), or a Kaggle folder')
    .requiredOption('--out <DIR>', 'the folder to write')
    .addOption(locateConfigOption())
    .addOption(animalsOption())
    .addOption(
      new Option('--confidence <C>', 'how sure the network must be of an animal, from 0 to 1')
        .argParser(fraction)
        .default(undefined, "the description's threshold"),
    )
    .option('--overwrite', 'replace what another network, other settings or other photos wrote into --out')
    .addOption(deviceOption())
    .addOption(threadsOption())
    .addOption(memoryLimitOption())
  return addPhotoOptions(command).addHelpText('after', example).action(locateAction)
}

async function locateAction(flags: LocateCommandFlags): Promise<void> {
  const { data, out, animals, overwrite, skipUnreadable, limitPixels } = flags
  const { openDataset } = await import('../data/index.ts')
  const { checkLocator, openLocator, writeLocated } = await import('../locate/index.ts')
  speakingOf({ locate: 'model' }, () => checkLocator(flags.model, { ...locatorOptions(flags), animals }))
  const manifest = withListing((watch) => openDataset(data, { ...dataOptions(flags), ...watch, part: 'all' }))
  warnOfManifest(withoutSingles(manifest))
  await checkPhotosFirst(manifest, { skipUnreadable })
  const device = await deviceFor(flags.device)
  const bar = progress('locating', 'photos')
  const written = await interruptible(async (signal) => {
    const locator = await openLocator(flags.model, { ...locatorOptions(flags), device })
    try {
      return await writeLocated(locator, manifest, {
        ...{ out, animals, overwrite, skipUnreadable, limitPixels, signal },
        onProgress: bar.update,
      })
    } finally {
      bar.stop()
      await locator.release()
    }
  }, 'stopped; what was found so far is kept: the same command goes on')
  const { skipped, photos, photosWithAnimals, smaller, detections, masks } = written
  await warnOfSkipped(skipped)
  const found = `${counted(written.animals, 'animal')} in ${photosWithAnimals} of ${counted(photos, 'photo')}`
  const beside = smaller === 0 ? '' : `, the largest of each; --animals all writes ${smaller} more`
  say(`${detections}: ${found}${beside}`)
  if (masks !== undefined) say(`${masks}: their masks, on which the animal is white`)
}
