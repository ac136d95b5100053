/**
 * What every room may stand on: errors that name the mistake, seeded randomness, small statistics, numbers and tables for
 * people, files written whole or not at all.
 */
export { Budget } from './budget.ts'
export { check, GeneralError, InputError, invariant, messageOf, nearest, ofAllPhotos, unreachable } from './check.ts'
export { counted } from './counted.ts'
export { type Cell, type CsvOptions, csvLine, csvText } from './csv-text.ts'
export { parseDecimal } from './decimal.ts'
export { copyFileAtomic, type FileContent, readJson, type StagedFile, stageFile, writeFileAtomic } from './files.ts'
export { formatBytes, formatDuration, formatTable, oneLine, visible } from './format.ts'
export { readSealed, readSealedInto, sealBytes, sha256Of, sha256OfFile, writeSealed } from './hashes.ts'
export { type InOrderOptions, inOrder } from './in-order.ts'
export { type InsideOptions, isInside, resolveBeside, resolveInside } from './inside.ts'
export { type Lock, type LockOptions, takeLock, withLock } from './lock.ts'
export { makeFolder } from './make-folder.ts'
export { optionText } from './option-text.ts'
export { checkAbsent, checkOutput, type OutputOptions, outputDefaults } from './output.ts'
export { checkNesting, parseJson } from './parse-json.ts'
export { Pool } from './pool.ts'
export { programFile } from './program-file.ts'
export { RangedFile } from './ranged-file.ts'
export {
  type FileKind,
  fileLimits,
  openRegular,
  readRegular,
  readRegularAsync,
  regularSize,
  streamRegular,
} from './regular-file.ts'
export { Rng } from './rng.ts'
export { describeIssue, parseStrictly } from './schema.ts'
export { readSealedJson, type SealedJsonOptions, sealedJson, sealOfJson, writeSealedJson } from './sealed-json.ts'
export { type IsOwn, StagedFolder, settlePath } from './staged-folder.ts'
export { largest, mean, median, smallestNormal, standardDeviation } from './stats.ts'
export { naming, systemMessage, systemTrouble } from './system-error.ts'
export { type Leftover, leftoversOf, type SweepOptions, sweepTemporary, temporaryName } from './temporary.ts'
export { checkReachable, checkThere, type ThereOptions } from './there.ts'
export { type PackedError, packError, unpackError } from './thrown.ts'
export { tieRate } from './ties.ts'
