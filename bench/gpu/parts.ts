import { join } from 'node:path'
import type { Contest, ContestPart } from './contest.ts'
import type { Kit } from './kit.ts'
import type { Labels, Part } from './part.ts'

/** What is measured. */
export interface Plan {
  readonly models: readonly string[]
  readonly batches: readonly number[]
  readonly sizePx: number
  /** How often a step is timed. */
  readonly rounds: number
  readonly precisions: readonly string[]
  /** What rosette runs on. */
  readonly devices: readonly string[]
  /** What PyTorch runs on. */
  readonly torchDevice: string
  readonly whole: WholeTraining
}

/** A training from drawn photos to model. */
export interface WholeTraining {
  readonly model: string
  readonly identities: number
  readonly photos: number
  readonly epochs: number
  readonly batch: number
}

/** The size of the training by the preset `brief`: 1,895 photos of 31 jaguars, 8 epochs. */
export const cardPlan: Plan = {
  models: ['convnext_small', 'convnext_base', 'vit_small_patch14_dinov2'],
  batches: [32, 128],
  sizePx: 224,
  rounds: 10,
  precisions: ['fp32', 'fp16'],
  devices: ['webgpu', 'cuda'],
  torchDevice: 'cuda',
  whole: { model: 'convnext_small', identities: 31, photos: 1895, epochs: 8, batch: 32 },
}

/** The same on the processor, as small as it goes: that all of it runs. */
export const dryPlan: Plan = {
  models: ['convnext_atto'],
  batches: [2],
  sizePx: 32,
  rounds: 1,
  precisions: ['fp32'],
  devices: ['cpu'],
  torchDevice: 'cpu',
  whole: { model: 'convnext_micro', identities: 2, photos: 6, epochs: 1, batch: 2 },
}

/** Where things lie. */
export interface Places {
  /** The compiled benchmarks. */
  readonly benches: string
  /** The repository. */
  readonly root: string
  readonly out: string
}

/** All speeds: for each work a contest of those who do it. */
export function contests(plan: Plan, kit: Kit, places: Places): Contest[] {
  const found: Contest[] = []
  for (const batch of plan.batches)
    for (const task of ['train', 'embed'])
      for (const model of plan.models)
        for (const precision of plan.precisions) {
          const labels = { task, model, size: plan.sizePx, batch, precision }
          const parts = [
            ...plan.devices.map((device) => ours(plan, kit, places, { ...labels, peer: `rosette ${device}` }, device)),
            ...[false, true].map((compiled) => torch(plan, kit, places, labels, compiled)),
          ]
          found.push({ name: [task, model, batch, precision].join('-'), parts })
        }
  return found
}

function ours(plan: Plan, kit: Kit, { benches }: Places, labels: Labels, device: string): ContestPart {
  return {
    name: nameOf(labels),
    command: process.execPath,
    args: [join(benches, 'ours.js'), ...shared(labels), '--device', device, '--warmup', warmup(plan)],
    environment: kit.environment,
    // with CUDA a run of a training is 64 steps, which share the way of the state to the card and back: fewer runs are enough
    rounds: device === 'cuda' && labels.task === 'train' ? Math.ceil(plan.rounds / 5) : plan.rounds,
    limitS: 120,
    labels,
  }
}

function torch(plan: Plan, kit: Kit, { root }: Places, own: Omit<Labels, 'peer'>, compiled: boolean): ContestPart {
  const labels = { ...own, peer: compiled ? 'PyTorch + timm compiled' : 'PyTorch + timm' }
  const script = join(root, 'bench', 'peers', 'torch_bench.py')
  const fused = plan.torchDevice === 'cuda' ? ['--adamw', 'fused'] : []
  const how = [
    '--serve',
    '--timm',
    '--uint8',
    ...fused,
    '--device',
    plan.torchDevice,
    ...(compiled ? ['--compile'] : []),
  ]
  return {
    name: nameOf(labels),
    command: kit.python,
    args: [script, ...how, ...shared(labels), '--warmup', warmup(plan)],
    environment: kit.environment,
    rounds: plan.rounds,
    limitS: compiled ? 180 : 120,
    labels,
  }
}

function warmup({ rounds }: Plan): string {
  return rounds === 1 ? '0' : '3'
}

/** Draws the photos, and trains on them: the second is timed as a whole. */
export function trainingParts(
  plan: Plan,
  kit: Kit,
  { root, out }: Places,
): { readonly draw: Part; readonly trainings: Part[] } {
  const { model, identities, photos, epochs, batch } = plan.whole
  const [cli, data] = [join(root, 'dist', 'cli.js'), join(out, 'photos')]
  const labels = { task: 'whole training', model, size: plan.sizePx, batch, precision: 'auto', peer: 'rosette' }
  const each = String(Math.ceil(photos / identities))
  const synth = ['synth', '--out', data, '--identities', String(identities), '--photos', each, '--overwrite']
  const draw: Part = {
    name: 'draw',
    command: process.execPath,
    args: [cli, ...synth],
    limitS: 240,
    labels: { ...labels, task: 'draw' },
  }
  const set = [
    ...[
      `model.backbone=${model}`,
      `weights=${kit.weightsOf(model) ?? 'null'}`,
      `epochs=${epochs}`,
      `batchSize=${batch}`,
    ],
    ...[`chunk=${batch}`, `image.widthPx=${plan.sizePx}`, `image.heightPx=${plan.sizePx}`],
    ...['validation=none', 'precision=auto'],
  ]
  const trainings = plan.devices.map((device) => ({
    name: `whole-training-${device}`,
    command: process.execPath,
    args: [
      ...[
        cli,
        'train',
        '--preset',
        'brief',
        '--data',
        join(data, 'photos.csv'),
        '--images',
        join(data, 'train', 'train'),
      ],
      ...['--out', join(out, `run-${device}`), '--overwrite', '--device', device],
      ...set.flatMap((path) => ['--set', path]),
    ],
    environment: { ...kit.environment, ROSETTE_CACHE: join(out, 'cache') },
    limitS: 400,
    labels: { ...labels, peer: `rosette ${device}` },
    photos: photos * epochs,
  }))
  return { draw, trainings }
}

/** A profile of the training step, by ONNX Runtime and by PyTorch. */
export function profileParts(plan: Plan, kit: Kit, places: Places): Part[] {
  const [model, batch, precision] = [plan.models[0]!, plan.batches[0]!, plan.precisions.at(-1)!]
  const labels = { task: 'train', model, size: plan.sizePx, batch, precision }
  const profiled = (part: Part, ...args: readonly string[]): Part => ({
    ...part,
    name: `profile-${part.name}`,
    args: [...part.args, ...args],
    input: 'warm\nstep\nquit\n',
    labels: { ...part.labels, task: 'profile' },
  })
  return [
    ...plan.devices.map((device) =>
      profiled(
        ours(plan, kit, places, { ...labels, peer: `rosette ${device}` }, device),
        ...['--profile', join(places.out, `profile-${device}`), '--together', '1'],
      ),
    ),
    profiled(torch(plan, kit, places, labels, false), '--profile', join(places.out, 'profile-torch.txt')),
  ]
}

function shared({ task, model, size, batch, precision }: Labels): string[] {
  const numbers = ['--size', String(size), '--batch', String(batch)]
  return ['--task', task, '--model', model, ...numbers, '--precision', precision, '--threads', '2']
}

function nameOf({ task, model, batch, precision, peer }: Labels): string {
  return [task, model, batch, precision, peer].join('-').replace(/[^a-zA-Z0-9_]+/g, '-')
}
