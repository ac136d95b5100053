/**
 * Charts: arrays in, SVG out. The kit (scales, axes, text that fits, themes) and the marks, and on them one function for each
 * chart, which takes its channels and nothing else. Imports nothing, so that a browser can have it too.
 */
export { cividisAt } from './cividis.ts'
export { type CmcChannels, cmcChart } from './cmc.ts'
export { contrast, luminance } from './contrast.ts'
export { type CurvesChannels, curvesChart } from './curves.ts'
export { type DistributionsChannels, distributionsChart } from './distributions.ts'
export {
  type ExplainedPair,
  type ExplanationsChannels,
  explanationSides,
  explanationsChart,
  type HeatSide,
  type MatchHeat,
} from './explanation.ts'
export { type Verdict } from './framed-photo.ts'
export { type HeatMapChannels, type HeatMapKind, type HeatMapPixels, heatMapChart, heatMapPixels } from './heat-map.ts'
export { type IdentitiesChannels, identitiesChart } from './identities.ts'
export { type MapChannels, mapChart } from './map.ts'
export { distinctMarks, markCorners, markOf } from './mark-shapes.ts'
export { mark } from './marks.ts'
export {
  type MatchedPair,
  type MatchedPhoto,
  type MatchedPlacesChannels,
  matchedPlacesChart,
  type PlacePair,
} from './matched-places.ts'
export { type Measure, measureWords } from './measure.ts'
export { medoid, withoutOverlap } from './names.ts'
export { plasmaAt } from './plasma.ts'
export { type ReliabilityChannels, reliabilityChart } from './reliability.ts'
export {
  type RetrievalSheetChannels,
  retrievalSheet,
  type SheetKind,
  type SheetPhoto,
  sheetRanks,
} from './retrieval-sheet.ts'
export { type RiskCoverageChannels, riskCoverageChart } from './risk-coverage.ts'
export { type PairPhoto, type SimilarPair, type SimilarPairsChannels, similarPairsChart } from './similar-pairs.ts'
export { type Attributes, element, escapeText, line, polyline, type TextOptions, text } from './svg/element.ts'
export {
  type Area,
  type AxesOptions,
  axes,
  type Caption,
  type Picture,
  picture,
  pictureDefaults,
  svgDocument,
  svgInline,
} from './svg/picture.ts'
export { linear, type Scale, type ScaleOptions } from './svg/scale.ts'
export { fitText } from './svg/text-width.ts'
export { chartStyle, darkTheme, lightTheme, paletteSize, type Theme } from './svg/theme.ts'
export { count } from './words.ts'
