import { counted } from '../base/index.ts'
import { type AnswerCosts, thresholdsOf } from '../calibration/index.ts'
import type { CalibratedScores, CalibrationRecord } from './calibration-record.ts'
import type { Decision } from './decisions.ts'
import type { Identification } from './identify.ts'
import { otherEncounters } from './meeting.ts'
import { percentText } from './percent-text.ts'
import { similarityText } from './similarity-text.ts'

/** What an answer is and what it rests on, in a sentence or two. */
export function answerWords(one: Identification): string {
  const { answer, candidates, leftOut } = one
  const { reason, notCompared, bothFlanks, decidedBy, ruledOut = [] } = answer
  const mirrored = mirroredWords(candidates)
  if (decidedBy !== undefined) return [decidedWords(answer, decidedBy), ...mirrored].join('; ')
  const own = ownFileWords(leftOut)
  if (reason === 'nobodyToCompare') {
    const other = leftOut.length === 0 ? '' : 'other '
    const why =
      notCompared === 0
        ? `there is no ${other}photo in the gallery to compare it with`
        : `could not be matched: no ${other}photo of the gallery shows this flank`
    return [why, ...own].join('; ')
  }
  const words = [`${verdict(answer)}${basis(one)}`]
  if (notCompared > 0)
    words.push(
      `${counted(notCompared, 'individual')} of the gallery could not be matched, for want of a photo of this flank`,
    )
  if (answer.conflict !== undefined)
    words.push(
      `a person decided that ${answer.conflict} shows another animal, and both are most likely ${answer.identity}`,
    )
  if (ruledOut.length > 0) words.push(`a person ruled out ${ruledOut.join(', ')}`)
  if (bothFlanks && reason !== 'unlike')
    words.push('its flank is not known, so it was compared with photos of any flank')
  return [...words, ...own, ...mirrored].join('; ')
}

/** That the photo asked about is in the gallery itself: everything else is said of the other photos. */
function ownFileWords(leftOut: Identification['leftOut']): string[] {
  if (leftOut.length === 0) return []
  const names = leftOut.map(({ filename, identity }) => `${identity} (${filename})`).join(', ')
  return [`this very file is in the gallery as ${names} and was left out`]
}

/** Whose coats the mirrored photo fits better, and what that may mean; nothing where there is nobody. */
function mirroredWords(candidates: Identification['candidates']): string[] {
  const names = candidates.filter(({ mirrored }) => mirrored === true).map(({ identity }) => identity)
  return names.length === 0 ? [] : [`its mirror image fits ${names.join(', ')} better: was the photo mirrored?`]
}

/** What a person said, and where. */
function decidedWords(
  { answer, identity }: Identification['answer'],
  { photo, other, decision, row }: Decision,
): string {
  const where = `row ${row} of the decisions`
  if (answer === 'new') return `not in the gallery: a person decided so (${where})`
  return `${identity}: a person decided that ${photo} and ${other} are ${decision === 'same' ? 'the same' : decision} (${where})`
}

function verdict(told: Identification['answer']): string {
  const { answer, identity, probability, newProbability, reason, likeness } = told
  if (reason === 'unlike')
    return `not in the gallery, by similarity alone${likeness === undefined ? '' : `: the network's is ${rounded(likeness.similarity, Math.ceil)} or less with every photo there, and nearly every photo there has ${rounded(likeness.least, Math.floor)} or more with a photo of another animal`}`
  if (identity === undefined) return 'unsure: a person ruled out everybody that it was compared with'
  if (reason === 'uncalibrated') return `unsure: most like ${identity}`
  if (reason === 'unmeasured')
    return `unsure: most like ${identity}; the calibration is on too few individuals to name anybody`
  if (answer === 'known') return `${identity}, probability ${percent(probability)}`
  if (answer === 'new') return `not in the gallery, probability ${percent(newProbability)}`
  const [own, other] = [
    `${identity} ${percent(probability)}`,
    `an animal that is not in the gallery ${percent(newProbability)}`,
  ]
  return `unsure, by probability: ${(newProbability ?? 0) > (probability ?? 0) ? `${other}, ${own}` : `${own}, ${other}`}`
}

/** Three decimals that keep the promise of "or less" and "or more". */
function rounded(similarity: number, to: (thousandths: number) => number): string {
  return (to(similarity * 1000) / 1000).toFixed(3)
}

/** The photo that speaks for it, and how clearly; nothing where places agree with a photo that the network finds unlike: they are chance. */
function basis({ answer: { reason, identity }, candidates, onWholePhotos }: Identification): string {
  const first = candidates.find((candidate) => candidate.identity === identity) ?? candidates[0]
  const second = candidates.find((candidate) => candidate !== first)
  if (first === undefined || (reason === 'unlike' && first.places !== undefined)) return ''
  const agree =
    onWholePhotos === true
      ? `${counted(first.places ?? 0, 'place of the photos agrees', 'places of the photos agree')}, background included`
      : counted(first.places ?? 0, 'place of the coat agrees', 'places of the coat agree')
  const facts = first.places === undefined ? scaleText(first) : `${agree}, ${scaleText(first)}`
  const best = `; the photo of ${first.identity} most similar to this one is ${first.photo.filename} (${facts})`
  if (second === undefined || reason === 'unlike') return best
  const others = [
    ...(second.probability === undefined ? [] : [`probability ${percent(second.probability)}`]),
    ...(second.places === undefined ? [] : [counted(second.places, 'place')]),
    ...(second.probability === undefined ? [scaleText(second)] : []),
  ]
  return `${best}, next is ${second.identity} (${others.join(', ')})`
}

/** The number that ranks: a cosine, or with places a score, which is near 1 for wrong animals too and so is never called similar. */
function scaleText({ similarity, places }: Identification['candidates'][number]): string {
  return places === undefined ? similarityText(similarity) : `score ${similarityText(similarity)}`
}

/** How many candidates are likelier than that the photo shows nobody of the gallery: its place among them. */
export function placeOfNew({ answer: { newProbability = 0 }, candidates }: Identification): number {
  const at = candidates.findIndex(({ probability = 0 }) => probability < newProbability)
  return at === -1 ? candidates.length : at
}

/** How often such answers were right where this was measured, on individuals that nothing was fitted on: lines, the one that most people need first. */
export function accuracyWords(
  { fittedOn }: CalibrationRecord,
  { measured }: CalibratedScores,
  costs: AnswerCosts,
): string {
  if (measured === null)
    return `How often this is right is not known: the probabilities were fitted on ${counted(fittedOn.individuals, 'individual')}, too few to hold any out. Do not rely on them, they can be high and wrong; so nothing is named. Calibrate on photos of eight individuals or more.`
  const { known } = thresholdsOf(costs)
  const sure = measured.bins.filter(({ high }) => high > known + 1e-9) // whole bins: that in which names begin too
  const threshold = Math.min(known, ...sure.map(({ low }) => low))
  const weight = measured.bins.reduce((sum, { count }) => sum + count, 0)
  const asked = measured.known + measured.absent
  const named = Math.round((sure.reduce((sum, { count }) => sum + count, 0) / Math.max(weight, 1)) * asked)
  const right = Math.round(
    (sure.reduce((sum, { count, right: share }) => sum + count * share, 0) / Math.max(weight, 1)) * asked,
  )
  const where = `Measured on ${counted(fittedOn.photos, 'photo')} of ${counted(measured.individuals, 'individual')} that the probabilities were not fitted on (${fittedOn.data}), each asked among some ${counted(Math.round(measured.individuals / measured.folds), 'individual')}, with its own there and without`
  const surely =
    named === 0
      ? `it named nobody with a probability of ${threshold.toFixed(2)} or more`
      : `of ${counted(named, 'name')} that it gave with a probability of ${threshold.toFixed(2)} or more, ${right} were right`
  const learned =
    fittedOn.trainedOn === 0
      ? ''
      : ` The model was TRAINED on ${fittedOn.trainedOn} of these ${counted(fittedOn.photos, 'photo')}, so that it is right less often on new ones.`
  const among = Math.round(measured.individuals / measured.folds)
  const sightings = fittedOn.protocol.includes(otherEncounters)
    ? ''
    : ' No sightings were known, so that photos of one moment may have found each other: on new sightings it is right far less often.'
  const lines = [
    `How often this is right: ${surely}.`,
    `Its first guess was right for ${percent(measured.rank1)} of the photos whose individual was there; by chance it would be for ${percent(1 / Math.max(among, 1))}.${sightings}`,
    `${newAnimalWords(measured, costs)}`.trim(),
    `${where}.${learned}`,
  ]
  return lines.filter((line) => line !== '').join('\n')
}

/** How often photos of absent individuals got a name, or were told not to be in the gallery, at these costs; whole bins count. */
function newAnimalWords(
  { newAnimals, known, absent }: NonNullable<CalibratedScores['measured']>,
  costs: AnswerCosts,
): string {
  if (newAnimals === undefined) return ''
  const thresholds = thresholdsOf(costs)
  const of100 = (field: 'newKnown' | 'newAbsent' | 'namedAbsent', from: number, all: number) => {
    const sure = newAnimals.bins.filter(({ high }) => high > from + 1e-9)
    return ((sure.reduce((sum, bin) => sum + bin[field], 0) / Math.max(all, 1)) * 100).toFixed(0)
  }
  const named = of100('namedAbsent', thresholds.known, absent)
  const noticed = of100('newAbsent', thresholds.isNew, absent)
  const missed = of100('newKnown', thresholds.isNew, known)
  const { auroc } = newAnimals
  const weak =
    auroc < 0.8
      ? ' So it hardly notices them: look yourself before you believe that an animal is not in the gallery.'
      : ''
  return ` Animals that are not in the gallery: of 100 photos whose individual was not there, ${named} got a wrong name all the same and ${noticed} the answer “not in the gallery”; of 100 whose individual was there, ${missed} got that answer. Of two photos, one of an animal that was not there and one of an animal that was, it told which is which ${(auroc * 100).toFixed(0)} times of 100 (AUROC ${auroc.toFixed(2)}; 50 by chance).${weak}`
}

/** What is said where nothing was measured. */
export const noAccuracyWords =
  'Nothing is known of how often this model is right on your animals, so there are no probabilities, and the model names nobody: `calibrateModel()` measures it, on photos of eight known individuals or more.'

function percent(probability: number | undefined): string {
  return probability === undefined ? 'unknown' : percentText(probability)
}
