/** Kaggle's jaguar-re-id: the similarity of test pairs, submissions, and their check. */
export { type ScoredPhotos, type ScoreKind, scorePairs } from './score-pairs.ts'
export { type Submission, writeSubmission } from './submission.ts'
export { checkSubmission, type SubmissionReport } from './submission-check.ts'
export type { SubmissionProblemKind } from './submission-problems.ts'
export { formatSubmissionReport } from './submission-report.ts'
