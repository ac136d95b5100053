import { counted, writeFileAtomic } from '../base/index.ts'
import type { EvaluationReport, Selection } from '../identify/index.ts'
import type { Scored } from './evaluate-scores.ts'
import { protocolText } from './protocol-table.ts'
import { say } from './say.ts'
import {
  backgroundLines,
  clusteringLines,
  intervalWords,
  priorLines,
  scoreTable,
  verificationLines,
} from './score-table.ts'
import { ttaWords } from './tta-words.ts'

/** Prints the scores, what they were measured on, and where the rest of them is. */
export async function tellScores({ report, selection }: Scored, out: string): Promise<void> {
  const { leftOutWords, withinEncounterWords } = await import('../identify/index.ts')
  const head = describe(report, selection, leftOutWords(report))
  const beside = report.protocols === null ? withinEncounterWords(report) : undefined // the gap says it
  const scores = beside === undefined ? numbers(report) : `${numbers(report)}\n\n${beside}`
  say(`${head}\n\n${scores}\n\n${out}: every number, also by individual`)
}

/** Draws the risk–coverage curve. */
export async function drawRisk(path: string, { riskCoverage, model, data, queries }: EvaluationReport): Promise<void> {
  if (riskCoverage === null) return
  const { riskCoverageChart, svgDocument } = await import('../chart/index.ts')
  const source = `${model}; ${counted(queries, 'query', 'queries')}, ${data}; the surer an answer, the higher its similarity`
  writeFileAtomic(path, svgDocument(riskCoverageChart({ ...riskCoverage, source })))
}

function describe(report: EvaluationReport, { reason }: Selection, leftOut: readonly string[]): string {
  const { model, tta, data, gallery, split, photos, identities, queries, skipped, protocol } = report
  const which = split === 'all' ? 'all photos' : `the ${split} photos`
  const scored = gallery === null ? `${photos} of ${counted(identities, 'individual')}` : `${queries + skipped}`
  return [
    `model    ${model}, ${ttaWords(tta)}`,
    `data     ${data}: ${which}, ${scored} (${reason})`,
    ...(gallery === null
      ? []
      : [`gallery  ${gallery}: ${counted(photos, 'photo')} of ${counted(identities, 'individual')}`]),
    `scored   ${protocol}`,
    ...(gallery === null ? [`left out ${leftOut.join('; ')}`] : []),
  ].join('\n')
}

function numbers(report: EvaluationReport): string {
  const { queries, skipped, tieRate, protocols } = report
  const counted = skipped === 0 ? `${queries}` : `${queries} (and ${skipped} not scored: ${nobodyToFind(report)})`
  const counts = `queries   ${counted}\ntie rate  ${tieRate.toFixed(3)}`
  const further = [
    counts,
    ...verificationLines(report),
    ...clusteringLines(report),
    ...backgroundLines(report.background, report.gallery === null ? 'each other' : 'a gallery'),
    ...priorLines(report),
    ...riskLines(report),
    ...flankLines(report),
    intervalWords(report),
  ].join('\n')
  const parts = [scoreTable(report), further, ...(protocols === null ? [] : [protocolText(protocols)])]
  return parts.join('\n\n')
}

/** The share of wrong first answers of the surest quarter and half. */
function riskLines({ riskCoverage }: EvaluationReport): string[] {
  if (riskCoverage === null || riskCoverage.points.length < 4) return []
  const at = (coverage: number) => riskCoverage.points.find((point) => point.coverage >= coverage)!
  const wrong = (coverage: number) => `${(at(coverage).risk * 100).toFixed(0)} %`
  return [
    `unsure    wrong first answers: ${wrong(1)} of all, ${wrong(0.5)} of the surer half, ${wrong(0.25)} of the surest quarter (AURC ${riskCoverage.aurc.toFixed(3)})`,
  ]
}

function flankLines({ flanks }: EvaluationReport): string[] {
  if (flanks === null) return []
  const { rule, known, unknown, couldNotBeMatched } = flanks
  const lost = `${couldNotBeMatched} could not have been matched by their coats: all that they could find shows the other flank`
  if (rule === 'any')
    return [
      `flanks    known of ${counted(known, 'query', 'queries')}, which met both flanks (--flanks same: only their own); ${lost}`,
    ]
  const both = unknown === 0 ? '' : `; ${unknown} of unknown flank met both`
  return [`flanks    ${counted(known, 'query', 'queries')} met photos of their own flank only${both}; ${lost}`]
}

function nobodyToFind({ gallery, skipped, notInGallery }: EvaluationReport): string {
  if (gallery === null) return 'no other photo to find'
  const others = skipped - notInGallery
  const absent = `${notInGallery} of individuals that the gallery does not show`
  return others === 0 ? absent : `${absent}, ${others} whose photos in it were left out`
}
