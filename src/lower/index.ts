/**
 * Rewrites of a finished graph for what will run it: equal values merged, biases fused, depthwise convolutions blocked. One is for a
 * graph that is yet to be differentiated: products in float16.
 */
import type { Graph } from '../graph/index.ts'
import { joinAlike } from './alike-joins.ts'
import { stackAlike } from './alike-rows.ts'
import { fuseBiasGelu } from './bias-gelu.ts'
import { lowerDepthwise } from './blocked.ts'
import { dropExpands } from './broadcast.ts'
import { fuseAttention } from './fused-attention.ts'
import { fuseBias } from './gemm.ts'
import { roundHalves } from './half-rounding.ts'
import { kernelGradientsFor } from './kernel-gradients.ts'
import { mergeEqual } from './merge.ts'
import { cumulativeInOnePass } from './normal-cdf.ts'
import { plainStandardisation } from './normalise.ts'
import { longSumsInParts } from './parts.ts'
import { productsWithoutGemm } from './plain-products.ts'
import { sumsAsProducts } from './reduce.ts'
import { sinkReshapes } from './reshape.ts'
import { plainSampling } from './sample.ts'
import { scalarsFirst } from './scalars.ts'
import { plainSigns } from './sign.ts'
import type { Target } from './target.ts'

export { type HalfOptions, halveProducts } from './half.ts'
export { fixedOperands, productWeights, quantiseProducts, roundProducts, withConstants } from './quantise.ts'
export { type Rewrite, rewriteGraph } from './rewrite.ts'
export { roundWeightGradients } from './round-gradients.ts'
export { portableTarget, type Target } from './target.ts'

/** The graph for `target`, computing the same outputs. Differentiate first: lowered ops have no derivative. */
export function lower(graph: Graph, target: Target): Graph {
  const rounded = target.float16 === false ? roundHalves(graph) : graph
  const standard = target.deviations === false ? plainStandardisation(rounded) : rounded
  const sampled = target.lacks?.includes('gridSample') ? plainSampling(standard) : standard
  const signed = target.lacks?.includes('sign') ? plainSigns(sampled) : sampled
  const small = kernelGradientsFor(signed, target.planeKernels)
  const merged = mergeEqual(small)
  const attending = target.fuses?.includes('attention') ? fuseAttention(merged) : merged
  const plain = sinkReshapes(dropExpands(attending))
  const fused =
    target.gemm === false
      ? productsWithoutGemm(longSumsInParts(few(plain, target)))
      : fuseBias(biasGelus(few(sumsAsProducts(plain, target.wideSums), target), target))
  return target.blockSize > 0 ? lowerDepthwise(fused, target.blockSize) : fused
}

function biasGelus(graph: Graph, { fuses }: Target): Graph {
  return fuses?.includes('biasGelu') ? fuseBiasGelu(graph) : graph
}

function fewer(graph: Graph): Graph {
  const passes = mergeEqual(scalarsFirst(cumulativeInOnePass(graph)))
  return sinkReshapes(mergeEqual(joinAlike(mergeEqual(stackAlike(passes)))))
}

/** The graph with fewer nodes, where each costs more than the copies do. */
function few(graph: Graph, { prefersFew }: Target): Graph {
  return prefersFew === true ? fewer(graph) : graph
}
