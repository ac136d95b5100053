import { invariant, Rng } from '../base/index.ts'
import { initialise } from '../nn/index.ts'
import { lossScaleState } from '../optim/index.ts'
import type { StateTensors } from '../run/index.ts'
import { filled, type Tensor, zeros } from '../tensor/index.ts'
import type { StepPlan } from './updates.ts'

/** The state before step 0: parameters drawn by (seed, name), or as `given` (pretrained); moments zero. */
export function initialState(
  plan: StepPlan,
  seed: string,
  given: ReadonlyMap<string, Tensor> = new Map(),
): StateTensors {
  const rng = new Rng(seed).fork('parameters')
  const state: Record<string, Tensor> = {}
  for (const { name, shape, init } of plan.params) {
    state[name] = given.get(name) ?? initialise(shape, init, rng.fork(name))
    if (!plan.trained.has(name)) continue
    state[`m/${name}`] = zeros('float32', shape)
    state[`v/${name}`] = zeros('float32', shape)
    if (plan.ema) state[`ema/${name}`] = { ...state[name], data: state[name].data.slice() } as Tensor
  }
  for (const { name, shape, init } of plan.statistics) {
    invariant(init.kind === 'constant', `statistic ${name} starts constant`)
    state[name] = filled(shape, init.value)
  }
  return { ...state, ...lossScaleStart(plan) }
}

/** A loss's scale before the first step that has one; nothing where it is not scaled. */
export function lossScaleStart({ lossScale }: StepPlan): StateTensors {
  return lossScale === undefined ? {} : lossScaleState(lossScale)
}

/** The weights that inference uses: averaged ones where they are kept, and the statistics. */
export function inferenceTensors(plan: StepPlan, state: StateTensors): Map<string, Tensor> {
  const averaged = (name: string) => plan.ema && plan.trained.has(name)
  const weights = plan.params.map(({ name }) => [name, state[averaged(name) ? `ema/${name}` : name]!] as const)
  return new Map([...weights, ...plan.statistics.map(({ name }) => [name, state[name]!] as const)])
}
