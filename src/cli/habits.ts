import { type Command, Option } from 'commander'
import { InputError } from '../base/index.ts'
import { wordsOf } from './flag-words.ts'

/**
 * What options of other programs are called here, V being their value: words that do the same, or a sentence that says how it is done. Each is
 * for commands that have the flags in it; of several the first one that fits.
 */
export const habits: Readonly<Record<string, readonly string[]>> = {
  'epochs epoch num-epochs n-epochs max-epochs num-train-epochs e': ['--set epochs=V'],
  'lr LR lr0 base-lr learning-rate': ['--set optimiser.learningRate=V'],
  'batch-size bs b train-batch-size': ['--set batchSize=V', '--batch V'],
  'weight-decay wd': ['--set optimiser.weightDecay=V'],
  momentum: ['AdamW has no momentum; what comes nearest is beta1: --set optimiser.beta1=V'],
  'optimizer optimiser optim opt': [
    'AdamW is the only optimiser; --set optimiser.learningRate=…, weightDecay, beta1, beta2 and eps are its settings',
  ],
  'scheduler lr-scheduler sched': [
    'the learning rate rises for --set schedule.warmupEpochs=… and then falls along a cosine to --set schedule.finalFraction=… of itself',
  ],
  'patience early-stopping early-stop': [
    'training does not end early: it goes on for --set epochs=… and keeps the weights that validated best, as measured each --set validateEvery=… epochs',
  ],
  'img-size image-size imgsz input-size resolution size': [
    '--set image.widthPx=V --set image.heightPx=V',
    'the model of --model decides the size in which it sees photos',
  ],
  loss: ['--set loss.kind=V'],
  margin: ['--set loss.marginRad=V'],
  scale: ['--set loss.scale=V'],
  'dropout drop': ['--set model.dropout=V'],
  'drop-path drop-path-rate stochastic-depth': ['--set model.dropPath=V'],
  'embedding-size embedding-dim emb-size feat-dim': ['--set model.embeddingSize=V'],
  'label-smoothing smoothing': ['--set labelSmoothing=V'],
  'warmup warmup-epochs': ['--set schedule.warmupEpochs=V'],
  'clip-grad grad-clip max-grad-norm': ['--set clipNorm=V'],
  'ema-decay model-ema-decay': ['--set emaDecay=V'],
  'val-fraction val-split': ['--set validationFraction=V'],
  'val-interval eval-every': ['--set validateEvery=V'],
  'val-data val-dir val val-path': [
    'photos to validate on are some of --data: a column of the table says which, or --set validationFraction=… how many',
  ],
  'amp fp16 half mixed-precision': ['--set precision=fp16', '--precision fp16'],
  bf16: [
    'there is no bfloat16: --set precision=fp16 trains in float16',
    'there is no bfloat16: --precision fp16 is float16',
  ],
  int8: ['--set precision=int8', '--precision int8'],
  'arch backbone-name model-name': ['--backbone V', '--model V'],
  model: ['--backbone V'],
  weights: ['--backbone V', '--model V'],
  pretrained: [
    'pretrained weights are what --preset brief starts from: --backbone names other ones, --set weights=null starts at random numbers',
  ],
  'no-pretrained from-scratch': ['--set weights=null'],
  'checkpoint ckpt resume-from resume-from-checkpoint': [
    'a run goes on with --resume, which finds it in --out; --backbone FILE starts another one from weights',
  ],
  'data-dir data-path dataset root train-dir d i input input-dir': ['--data V'],
  'output o out-dir outdir output-dir save-dir name exp-name': ['--out V', '--csv V'],
  project: ['the run folder has one name: --out V/NAME'],
  'exist-ok force f': ['--overwrite'],
  'workers num-workers j jobs n-jobs nproc': ['--threads V'],
  'no-cuda no-gpu cpu cpu-only use-cpu': ['--device cpu'],
  'gpu gpus cuda device-id': [
    'one device runs the network: --device cuda, webgpu, directml or coreml; `rosette devices` says which are ready',
  ],
  'top-k topk': ['--top V'],
  k: ['--top V', '--folds V', '--neighbours V'],
  'k-fold k-folds kfold n-folds num-folds n-splits': ['--folds V'],
  'n-neighbors neighbors knn': ['--neighbours V'],
  'threshold thresh cutoff min-score min-similarity': [
    'an answer follows from its probability and from what mistakes cost: --cost-false-match and --cost-missed-match; `rosette calibrate` makes the probabilities',
    '--min-confidence V',
    'scores count ranks and need no threshold; `rosette calibrate` makes probabilities of similarities, which --calibration takes',
  ],
  'conf conf-thres min-conf': ['--confidence V'],
  'random-seed random-state': ['--seed V'],
  'verbose v debug log-level': [
    'commands tell by themselves what they do, on the standard error; there is no more to ask for',
  ],
  'quiet q silent no-progress': [
    'what is told beside the results goes to the standard error: 2>FILE keeps it away from the terminal',
  ],
  'dry-run dry n': [
    'options, tables and files are checked before anything that takes long, and nothing is replaced without --overwrite: start the command, and stop it by Ctrl-C',
    'options, tables and files are checked before anything that takes long: start the command, and stop it by Ctrl-C',
  ],
  'wandb tensorboard': ['the log is log.jsonl in --out; `rosette watch RUN` draws it'],
}

/** Other programs write `_` for `-` in options. */
function spellings(name: string): readonly string[] {
  if (name.length === 1) return [`-${name}`, `--${name}`]
  return [...new Set([name, name.replaceAll('-', '_')])].map((spelling) => `--${spelling}`)
}

/** Answers options of other programs with the words that do the same here, where the command has none of that name but those in the words. */
export function answerHabits(command: Command): Command {
  const own = new Set(command.options.flatMap(({ short, long }) => [short, long]))
  const shown = new Set(command.options.flatMap(({ hidden, long }) => (hidden ? [] : [long])))
  const fits = (answer: string) =>
    (answer.replace(/`[^`]*`/g, '').match(/--[\w-]+/g) ?? []).every((flag) => shown.has(flag))
  for (const [names, answers] of Object.entries(habits)) {
    const meant = answers.find(fits) ?? settingElsewhere(answers)
    if (meant === undefined) continue
    for (const flag of names.split(' ').flatMap(spellings))
      if (!own.has(flag)) command.addOption(answering(command, flag, meant))
  }
  return command
}

/** A setting of training, for a command that does not train. */
function settingElsewhere(answers: readonly string[]): string | undefined {
  const setting = answers.find((answer) => answer.startsWith('--set '))
  return setting && `${ofTraining}: \`rosette train ${setting}\``
}

const ofTraining = 'is a setting of training'

/** What is said of an option that a command does not have. */
function sentence(meant: string, said: string): string {
  if (meant.startsWith(ofTraining)) return said
  return `is not an option${meant.startsWith('--') ? `, expected ${said}` : `: ${said}`}`
}

/** With or without a value: other programs have some as switches. */
function answering(command: Command, flag: string, meant: string): Option {
  const option = new Option(`${flag} [value]`)
  option.negate = false // what begins with `no-` would give all commands a value
  return option
    .hideHelp()
    .preset('…')
    .argParser((value: string) => {
      const said = meant.replace(/\bV\b/g, wordsOf(value))
      throw new InputError(
        `${command.name()}: ${flag} ${sentence(meant, said)}`,
        meant.includes('--set')
          ? 'docs/training.md lists all settings'
          : `\`rosette ${command.name()} --help\` lists all options`,
      )
    })
}

/** Options by which people name the photos that they ask about. */
const asksBy = ['data', 'photos', 'query', 'queries']

/** Answers options that name the photos to ask about: these stand by themselves, without an option. */
export function answerAskedPhotos(command: Command): Command {
  for (const name of asksBy) {
    const answer = (value: string) => {
      throw new InputError(
        `${command.name()}: --${name} is not an option: a table, a folder or photos to ask about are given as PHOTO`,
        `rosette ${command.name()} --model … --gallery … ${wordsOf(value)}`,
      )
    }
    command.addOption(new Option(`--${name} <value>`).hideHelp().argParser(answer))
  }
  return command
}
