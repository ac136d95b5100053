import { gradient, type Segment } from '../autodiff/index.ts'
import { check } from '../base/index.ts'
import { type Graph, input, mul, reshape, type Value, where } from '../graph/index.ts'
import type { ParamSpec, RandomSpec, Scope, StatisticSpec } from '../nn/index.ts'
import {
  type AdamWConfig,
  adamw,
  adamwInputs,
  clipByGlobalNorm,
  globalNorm,
  isFinite,
  type Layered,
  type LossScale,
  type LossScaleConfig,
  layerOf,
  lossScaleInputs,
  movingAverage,
  nextLossScale,
  type RateConfig,
  rateScale,
  unscaled,
} from '../optim/index.ts'
import type { Shape } from '../tensor/index.ts'
import { type Forward, forwardOf } from './forward.ts'
import { joined, type Pack, type PackedParameter, packAlike, readFromPacks, shapeOf } from './packs.ts'

/** A training step as one graph, and what must be kept and fed for it. */
export interface StepPlan {
  /** Outputs `loss` and `gradientNorm`; every tensor of the state that it changes is carried over, as the output `next/<name>`. */
  readonly graph: Graph
  readonly params: readonly ParamSpec[]
  /** Those that it trains: all but frozen ones. They alone have moments, and averages. */
  readonly trained: ReadonlySet<string>
  readonly statistics: readonly StatisticSpec[]
  readonly randoms: readonly RandomSpec[]
  readonly ema: boolean
  /** Parameters that the graph's state holds together, where it does (`startStep`). */
  readonly packs: readonly Pack[]
  /** Where the loss is scaled: outputs `lossScale`, and `skipped`, which is 1 where the state stayed as it was. */
  readonly lossScale: LossScaleConfig | undefined
}

/** How a step changes the weights once their gradients are there. */
export interface UpdateConfig {
  readonly optimiser: AdamWConfig
  readonly rates: RateConfig
  /** Largest global norm of the gradients; null for no clipping. */
  readonly clipNorm: number | null
  /** Decay of the averaged weights; null for none. */
  readonly emaDecay: number | null
  /**
   * Layers of the backbone, counted from the input, that are frozen: in each stage of the run so far, the last one this step's.
   * What a later stage released counts its steps from there (`AdamWInputs` of its own).
   */
  readonly frozen?: readonly number[] | undefined
  /** Layers of the backbone, counted from the input, whose values are computed again in the backward pass. */
  readonly recompute?: number | 'all' | undefined
  /** Parameters that are changed alike, as one row of numbers: fewer nodes, where each costs more than the copies do. */
  readonly packed?: boolean | undefined
  /** How the loss is scaled, which gradients in float16 want; not at all unless given. */
  readonly lossScale?: LossScaleConfig | undefined
}

/** Nothing frozen. */
const allTrained: readonly number[] = [0]

/**
 * Backward pass, clipping and AdamW of a loss whose parameters are in `scope`; frozen ones get no gradient. The forward pass is the one that
 * was built in `scope`, unless a rewritten one is given.
 */
export function stepPlan(scope: Scope, loss: Value | Forward, backbone: Layered, config: UpdateConfig): StepPlan {
  const forward = 'loss' in loss ? loss : forwardOf(scope, loss)
  const frozen = config.frozen ?? allTrained
  /** The stage that trains a parameter first; −1 for none so far. */
  const stageOf = ({ name }: ParamSpec) => {
    const layer = layerOf(name, backbone)
    return layer === undefined ? 0 : frozen.findIndex((below) => layer >= below)
  }
  const trained = scope.params().filter(({ spec }) => stageOf(spec) >= 0)
  const scaling = config.lossScale === undefined ? undefined : lossScaleInputs()
  const scaleOf = ({ name }: ParamSpec) => rateScale(name, backbone, config.rates)
  const alike = (spec: ParamSpec) => [stageOf(spec), spec.decay, scaleOf(spec)].join()
  const packs = config.packed === true ? packAlike(trained, alike) : []
  const packed = new Set(packs.flatMap(({ parts }) => parts.map(({ spec }) => spec.name)))
  const rows = [...packs.map(rowOfPack), ...trained.filter(({ spec }) => !packed.has(spec.name)).map(rowOf)]
  const raw = gradientsOf(forward, rows, config, scaling)
  const gradientNorm = globalNorm(raw)
  const gradients = config.clipNorm === null ? raw : clipByGlobalNorm(raw, gradientNorm, config.clipNorm)
  const changed: Record<string, Value> = {}
  const scalars = frozen.map((_, stage) => adamwInputs(stage))
  rows.forEach(({ name, shape, spec, value }, i) => {
    const [m, v] = [input(`m/${name}`, shape), input(`v/${name}`, shape)]
    const state = { parameter: flat(value), gradient: gradients[i]!, m: flat(m), v: flat(v) }
    const options = { decay: spec.decay, rateScale: scaleOf(spec) }
    const next = adamw(state, scalars[stageOf(spec)]!, config.optimiser, options)
    changed[name] = reshape(next.parameter, shape)
    changed[`m/${name}`] = reshape(next.m, shape)
    changed[`v/${name}`] = reshape(next.v, shape)
    if (config.emaDecay !== null) {
      const average = movingAverage(flat(input(`ema/${name}`, shape)), next.parameter, config.emaDecay)
      changed[`ema/${name}`] = reshape(average, shape)
    }
  })
  for (const [name, value] of forward.statistics) changed[name] = value
  const told = { loss: forward.loss, gradientNorm }
  const outputs =
    scaling === undefined || config.lossScale === undefined
      ? { ...told, ...nextOf(changed) }
      : { ...told, ...guarded(changed, gradientNorm, scaling, config.lossScale) }
  const graph = { outputs, carried: carriedBy(outputs), ...(scaling === undefined ? {} : { haltsAt: 'skipped' }) }
  return {
    graph: readFromPacks(graph, packs),
    packs,
    params: scope.params().map(({ spec }) => spec),
    trained: new Set(trained.map(({ spec }) => spec.name)),
    statistics: scope.statistics().map(({ spec }) => spec),
    randoms: scope.randoms(),
    ema: config.emaDecay !== null,
    lossScale: config.lossScale,
  }
}

/** What the optimiser changes as one: a parameter, or a pack of such that are changed alike. */
interface Row {
  readonly name: string
  readonly shape: Shape
  readonly value: Value
  /** One of its parameters. */
  readonly spec: ParamSpec
  /** The values of its parameters, which the forward pass reads. */
  readonly weights: readonly Value[]
}

function rowOf({ spec, value }: PackedParameter): Row {
  return { name: spec.name, shape: spec.shape, value, spec, weights: [value] }
}

function rowOfPack(pack: Pack): Row {
  const shape = shapeOf(pack)
  const weights = pack.parts.map(({ value }) => value)
  return { name: pack.name, shape, value: input(pack.name, shape), spec: pack.parts[0]!.spec, weights }
}

/** dL/dw of each row, by way of the scaled loss where it is scaled. */
function gradientsOf(
  { loss, marks }: Forward,
  rows: readonly Row[],
  { recompute = 0 }: UpdateConfig,
  scaling: LossScale | undefined,
): Value[] {
  const options = { segments: segmentsOf(marks, recompute) }
  const scaled = scaling === undefined ? loss : mul(loss, scaling.scale)
  const each = gradient(
    scaled,
    rows.flatMap(({ weights }) => weights),
    options,
  )
  const all = rows.map(({ weights }) => {
    const own = each.splice(0, weights.length)
    return flat(own.length === 1 ? own[0]! : joined(own))
  })
  return scaling === undefined ? all : unscaled(all, scaling)
}

/** The state after a step whose gradients may be infinite or NaN: then everything stays as it was, but for the scale. */
function guarded(
  changed: Readonly<Record<string, Value>>,
  gradientNorm: Value,
  scaling: LossScale,
  config: LossScaleConfig,
): Record<string, Value> {
  const finite = isFinite(gradientNorm)
  const kept = Object.entries(changed).map(([name, value]) => [
    name,
    where(finite, value, input(name, value.shape, value.dtype)),
  ])
  return {
    lossScale: scaling.scale,
    skipped: where(finite, 0, 1),
    ...nextOf(Object.fromEntries(kept)),
    ...nextOf(nextLossScale(scaling, finite, config)),
  }
}

const next = 'next/'

/** What each tensor of the state becomes, as outputs. */
function nextOf(changed: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(changed).map(([name, value]) => [`${next}${name}`, value]))
}

/** `next/<name>` is the value that `<name>` has in the next step. */
function carriedBy(outputs: Readonly<Record<string, Value>>): Record<string, string> {
  const changed = Object.keys(outputs).filter((name) => name.startsWith(next))
  return Object.fromEntries(changed.map((output) => [output.slice(next.length), output]))
}

/** A segment a layer: layer 1 is the first block. */
function segmentsOf(marks: Forward['marks'], layers: number | 'all'): Segment[] {
  if (layers === 0) return []
  check(marks.length > 0, 'recompute: this backbone does not say where its layers end', '`set: ["recompute=0"]`')
  return marks.flatMap((ends) =>
    ends.slice(1, layers === 'all' ? undefined : layers + 1).map((to, i) => ({ from: ends[i]!, to })),
  )
}

/**
 * Shapes that end in 1, as [1024, 256, 1, 1], in one row: ONNX Runtime multiplies them by a scalar element by element, 60 × slower
 * (8 ms instead of 0.1 ms for that one).
 */
function flat(x: Value): Value {
  return x.shape.length > 1 && x.shape[x.shape.length - 1] === 1 ? reshape(x, [-1]) : x
}
