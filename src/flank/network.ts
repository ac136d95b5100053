import { add, concat, flip, slice, type Value } from '../graph/index.ts'
import { type ConvNextConfig, convnext, convnextDefaults, convnextHead } from '../models/index.ts'
import { linear, type Scope, standardisePixels } from '../nn/index.ts'

/** Height and width of the pixels that the network sees. */
export const facingSidePx = 64

/** A ConvNeXt of 0.27 million parameters. */
const backbone: ConvNextConfig = {
  ...convnextDefaults,
  depths: [1, 1, 2, 1],
  dims: [16, 32, 64, 128],
  layerScaleInit: 0.3,
}

/** What the network is trained by, one look at each photo: pixels uint8 [B, S, S, 3] → logits of left, right, front, back, [B, 4]. */
export function facingScores(scope: Scope, pixels: Value): Value {
  const features = scope.child('backbone')
  const map = convnext(features, standardisePixels(pixels), backbone)
  return linear(scope.child('facing'), convnextHead(features, map, backbone), { features: 4 })
}

/**
 * f(x) + swap(f(mirrored x)), swap exchanging left and right: the mirror image of a photo gets the same logits with left and right exchanged,
 * whatever was learnt. Pixels uint8 [B, S, S, 3] → logits of left, right, front, back, [B, 4].
 */
export function facingLogits(scope: Scope, pixels: Value): Value {
  const [straight, mirrored] = [facingScores(scope, pixels), facingScores(scope, flip(pixels, [2]))]
  const column = (i: number) => slice(mirrored, 1, i, i + 1)
  return add(straight, concat([column(1), column(0), slice(mirrored, 1, 2, 4)], 1))
}
