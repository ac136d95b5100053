import { Option } from 'commander'

/** Options of the commands that score a model: which photos, and whom a query meets. */
export function dataOption(): Option {
  return new Option(
    '--data <D>',
    'photos of known animals: a folder for each animal, a table (CSV), or a Kaggle folder',
  ).default(undefined, 'what the run was trained from')
}

export function splitOption(): Option {
  return new Option('--split <which>', "which part of the table's or the run's split to score")
    .choices(['validation', 'train', 'test', 'all'])
    .default(undefined, "a table's test photos; of the run's own data the photos that it did not learn from; else all")
}

export function excludeSameOption(): Option {
  return new Option(
    '--exclude-same <what>',
    'encounter: a query is not compared with photos of its own animal from the same encounter',
  )
    .choices(['encounter', 'nothing'])
    .default(undefined, 'encounter, where encounters are known')
}

/** `--background`: score with other backgrounds, or say why not. */
export function backgroundOption(): Option {
  return new Option(
    '--background',
    'score with other backgrounds too, or say why that cannot be done; with masks it is done without being asked',
  )
}

/** `--no-background`: do not, whether there are masks or not. */
export function noBackgroundOption(): Option {
  return new Option('--no-background', 'score with no other backgrounds: they embed each photo twice more')
}
