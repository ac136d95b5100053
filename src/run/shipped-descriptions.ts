import { isAbsolute, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Described {
  readonly kin: RegExp
  readonly exact: RegExp
  readonly preset: string
  /** rosette has a network of that name itself. */
  readonly built?: true
}

/** Networks of other people that a description in `presets/` exists for: how their kin are named, and which of them it fits as it is. */
const described = [
  { kin: /resnet-?50(?!\d)/i, exact: /resnet-?50(-imagenet)?$/i, preset: 'resnet50-imagenet' },
  { kin: /mega-?descriptor/i, exact: /l-?384/i, preset: 'megadescriptor-l-384' },
  { kin: /miew-?id/i, exact: /msv3/i, preset: 'miewid-msv3' },
  { kin: /dino-?v2/i, exact: /dino-?v2-?s(mall)?$/i, preset: 'dinov2-small', built: true },
] as const satisfies readonly Described[]

/** A description that comes with rosette. */
export interface ShippedDescription {
  readonly preset: string
  /** As one types it here: from the working folder where it lies below, else from the root. */
  readonly path: string
  /** False for one that fits a network of that kind, and needs another size or other numbers for this one. */
  readonly exact: boolean
  /** True where rosette can also build and train such a network, without an ONNX file. */
  readonly isBuilt: boolean
}

/** The description that comes with rosette for a network of that name; undefined where none does. */
export function shippedDescriptionOf(name: string): ShippedDescription | undefined {
  const found: Described | undefined = described.find(({ kin }) => kin.test(name))
  if (found === undefined) return undefined
  const { preset, exact, built = false } = found
  return { preset, path: shippedPath(preset), exact: exact.test(name), isBuilt: built }
}

function shippedPath(preset: string): string {
  const path = fileURLToPath(new URL(`../../presets/${preset}.model.json`, import.meta.url))
  const near = relative(process.cwd(), path)
  return (near.startsWith('..') || isAbsolute(near) ? path : near).replaceAll('\\', '/')
}
