/**
 * Whom each photo of a run's validation is ranked against, in the words of metrics.json's `protocol`: its score is a score of that. Photos of one
 * encounter find each other by their background.
 */
export const validationProtocols = {
  otherEncounters: 'each photo against other encounters',
  all: 'each photo against all others',
  withOwn: 'each photo against all others, those of its own encounter among them',
  ownOnly: 'each photo against all others, where those of its individual are of its own encounter',
} as const
