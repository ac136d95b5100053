import { isLossKind, isPairLossKind, lossDefaults, pairLossDefaults } from '../nn/index.ts'

/** Settings that have a kind, which brings defaults of its own. */
const kinded: Readonly<Record<string, (kind: string) => object | undefined>> = {
  loss: (kind) => (isLossKind(kind) ? lossDefaults(kind) : undefined),
  pairLoss: (kind) => (isPairLossKind(kind) ? pairLossDefaults(kind) : undefined),
}

/** The keys of settings that have a kind. */
export const kindedKeys: readonly string[] = Object.keys(kinded)

/** True for the path of a setting that has a kind. */
export function isKinded(path: readonly string[]): boolean {
  return Object.hasOwn(kinded, path.join('.'))
}

/** What the setting of this key has when only its kind is named; undefined where there is no such kind. */
export function kindDefaults(key: string, kind: unknown): object | undefined {
  return Object.hasOwn(kinded, key) && typeof kind === 'string' ? kinded[key]!(kind) : undefined
}
