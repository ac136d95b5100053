import { countFlop, input } from '../graph/index.ts'
import { Scope } from '../nn/index.ts'
import { sizeOf } from '../tensor/index.ts'
import { type BackboneName, backboneOf, type FamilyName } from './backbones.ts'

/** What one needs to know to choose a backbone. */
export interface BackboneSummary {
  readonly name: BackboneName
  readonly family: FamilyName
  /** timm's count with num_classes = 0. */
  readonly parameters: number
  /** Of a square photo: what the default weights were trained on, else 224. */
  readonly inputPx: number
  /** C: numbers in an embedding without a projection. */
  readonly width: number
  /** Of the features of one photo of that size, in matrix products and convolutions. */
  readonly multiplyAdds: number
  /** Published weights; the first is timm's default. */
  readonly weights: readonly {
    readonly tag: string
    readonly inputPx: number
    readonly pixels: string
    readonly licence: string
  }[]
}

const inputPxUnlessKnown = 224

/** Counted in the network's own graph. */
export function summariseBackbone(name: BackboneName): BackboneSummary {
  const { family, width, pretrained, features, head } = backboneOf(name)
  const weights = Object.entries(pretrained).map(([tag, known]) => ({ tag, ...known }))
  const inputPx = weights[0]?.inputPx ?? inputPxUnlessKnown
  const scope = Scope.root('inference')
  const made = features(scope, input('x', [1, inputPx, inputPx, 3]))
  head(scope, made) // its parameters are in timm's count
  const parameters = scope.params().reduce((sum, { spec }) => sum + sizeOf(spec.shape), 0)
  const multiplyAdds = countFlop({ outputs: { map: made.map } }) / 2
  return { name, family, parameters, inputPx, width, multiplyAdds, weights }
}
