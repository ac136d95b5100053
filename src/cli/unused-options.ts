import type { Command } from 'commander'
import { check } from '../base/index.ts'
import { warn } from './say.ts'

/** Values of options that may be without a use beside others. */
interface GivenOptions {
  readonly match?: string
  readonly matcher?: readonly string[]
  readonly matcherConfig?: string
  readonly calibration?: string
  readonly confidence?: number
  readonly detections?: string | undefined
  readonly locate?: string | undefined
  readonly locateConfig?: string | undefined
  readonly animals?: string | undefined
}

/** Has the command refuse, before its work, what would change nothing where coats are not matched. `choosesItself`: it may match them unasked. */
export function refuseUnusedMatching(command: Command, choosesItself: boolean): void {
  command.hook('preAction', () => {
    const given = command.opts<GivenOptions>()
    const isAsked = command.getOptionValueSource('match') !== 'default'
    if (given.match !== 'none' || (choosesItself && !isAsked)) return
    const flag = matcherFlag(given)
    check(
      flag === undefined,
      `${flag}: nothing is matched place by place, so that it changes nothing`,
      'add --match local or --match fused, or leave it out',
    )
    check(
      choosesItself || given.calibration === undefined,
      '--calibration: plain similarities rank the same with it and without, so that it changes nothing',
      'add --match local or --match fused, or leave it out',
    )
  })
}

/** Told where a command did not match after all. */
export function warnOfUnusedMatcher(given: Pick<GivenOptions, 'matcher' | 'matcherConfig'>): void {
  const flag = matcherFlag(given)
  if (flag !== undefined)
    warn(`${flag} is not used: nothing is matched place by place; --match local or --match fused does it`)
}

/** Has the command refuse a --matcher beside the option without which it matches nothing. */
export function refuseMatcherWithout(given: Pick<GivenOptions, 'matcher' | 'matcherConfig'>, option: string): void {
  const flag = matcherFlag(given)
  check(flag === undefined, `${flag}: nothing is matched, so that it changes nothing`, `add ${option}, or leave it out`)
}

function matcherFlag({ matcher, matcherConfig }: Pick<GivenOptions, 'matcher' | 'matcherConfig'>): string | undefined {
  if (matcher !== undefined) return '--matcher'
  return matcherConfig === undefined ? undefined : '--matcher-config'
}

/** Has the command refuse --confidence where it would mean two things at once. */
export function refuseTwofoldConfidence(command: Command): void {
  command.hook('preAction', () => {
    const { confidence, detections, locate = 'none' } = command.opts<GivenOptions>()
    check(
      confidence === undefined || detections === undefined || locate === 'none',
      '--confidence: is it that of the boxes of --detections, or of the network of --locate?',
      'leave it out, or give one of the two: `rosette locate --confidence` finds boxes for --detections first',
    )
  })
}

/**
 * Refuses what says how animals are found where no network finds any: neither --locate nor a run names one. --confidence is that of
 * `detections` as well, which flags or a run name.
 */
export function refuseUnusedLocating(
  { locateConfig, animals, confidence, detections }: GivenOptions,
  network: string | undefined,
  ofRun?: Pick<GivenOptions, 'detections'>,
): void {
  if (network !== undefined && network !== 'none') return
  check(
    confidence === undefined || detections !== undefined || ofRun?.detections !== undefined,
    '--confidence: no network finds animals on these photos and no --detections has boxes, so that it changes nothing',
    'name the network with --locate or the boxes with --detections, or leave it out',
  )
  const flag = animals === undefined ? '--locate-config' : '--animals'
  check(
    animals === undefined && locateConfig === undefined,
    `${flag}: no network finds animals on these photos, so that it changes nothing`,
    'name the network with --locate, or leave it out',
  )
}

/** What decides between answers by a probability. */
interface AnswerOptionsGiven {
  readonly costFalseMatch?: number
  readonly costMissedMatch?: number
  readonly newShare?: number
}

/** Told where there is no probability that these could be held against. */
export function warnOfUnusedCosts({ costFalseMatch, costMissedMatch, newShare }: AnswerOptionsGiven): void {
  const flags = [
    ...(costFalseMatch === undefined ? [] : ['--cost-false-match']),
    ...(costMissedMatch === undefined ? [] : ['--cost-missed-match']),
    ...(newShare === undefined ? [] : ['--new-share']),
  ]
  if (flags.length > 0)
    warn(
      `${flags.join(' and ')}: not used, since without a calibration there is no probability; \`rosette calibrate\` makes one`,
    )
}
