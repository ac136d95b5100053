import { reduceMax, reshape, staticDim, type Value } from '../graph/index.ts'
import { type LogitInputs, weightCosines } from './margin-logits.ts'

/** The cosine with the nearest of an identity's K centres, [B, N] (Deng et al., Sub-center ArcFace, ECCV 2020, section 3.2). */
export function nearestCenterCosines(inputs: LogitInputs, centers: number): Value {
  const cosines = weightCosines(inputs) // [B, N·K]
  const [batch, rows] = cosines.shape.map(staticDim) as [number, number]
  return reduceMax(reshape(cosines, [batch, rows / centers, centers]), { axes: [2] }) // [B, N]
}
