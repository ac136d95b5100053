import { existsSync, statSync } from 'node:fs'
import { check, InputError } from '../base/index.ts'
import { coatDescriptor } from './coat-descriptor.ts'
import type { LocalExtractor } from './features.ts'
import { inJointOrder } from './joint.ts'
import { type OpenExtractorOptions, openNetworkExtractor } from './network-extractor.ts'
import { rootSift } from './root-sift-lanes.ts'
import { openRunExtractor } from './run-extractor.ts'

/** Extractors that come with rosette, by the name that a user writes. */
const builtIn = {
  sift: async ({ threads }) => rootSift({ threads }),
  coat: ({ threads }) => coatDescriptor({ threads }),
} as const satisfies Readonly<Record<string, (options: OpenExtractorOptions) => Promise<LocalExtractor>>>

/** True where rosette brings all matchers of these names; RootSIFT, where none is named. */
export function areOwnMatchers(sources: readonly string[] = []): boolean {
  return sources.every((source) => Object.hasOwn(builtIn, source))
}

/**
 * The extractor of this name, RootSIFT unless given; of an ONNX file, under its description; or of a run folder, whose backbone's feature map it reads.
 * @throws InputError for what is none of these, and as each says.
 */
export async function openExtractor(
  source: string = 'sift',
  options: OpenExtractorOptions = {},
): Promise<LocalExtractor> {
  const named = new Map<string, (options: OpenExtractorOptions) => Promise<LocalExtractor>>(Object.entries(builtIn))
  const open = named.get(source)
  if (open === undefined && isNetwork(source)) return openNetworkExtractor(source, options)
  if (options.matcherConfig !== undefined)
    throw new InputError(`\`matcherConfig\`: describes an .onnx file, and \`matcher\` is ${source}`)
  if (open !== undefined) return open(options)
  if (existsSync(source) && statSync(source).isDirectory()) return openRunExtractor(source, options)
  throw new InputError(
    `\`matcher\`: ${source}: expected ${[...named.keys()].join(', ')}, an .onnx file or a run folder`,
  )
}

/**
 * Several extractors that are matched together, in the order in which they are joined (`inJointOrder`); RootSIFT alone unless any is named. `matcherConfig`
 * describes the one .onnx file among them. What was opened is released where another one cannot be. @throws InputError as `openExtractor`, where one is named
 * twice, and where it is not clear what `matcherConfig` describes.
 */
export async function openExtractors(
  sources: readonly string[] = [],
  { matcherConfig, ...options }: OpenExtractorOptions = {},
): Promise<readonly LocalExtractor[]> {
  check(
    sources.every((source) => source.trim() !== ''),
    `\`matcher\`: expected a name, got an empty one${sources.length < 2 ? '' : ` among ${sources.map((source) => `'${source}'`).join(', ')}`}`,
    `a name is one of ${Object.keys(builtIn).join(', ')}, an .onnx file or a run folder`,
  )
  const networks = sources.filter(isNetwork)
  const isLost = matcherConfig !== undefined && networks.length === 0
  check(
    !isLost || sources.length < 2,
    `\`matcherConfig\`: describes an .onnx file, and \`matcher\` is ${sources.join(', ')}`,
  )
  check(
    matcherConfig === undefined || networks.length < 2,
    `\`matcherConfig\`: describes one .onnx file, and \`matcher\` names ${networks.length}`,
    'put x.matcher.json beside each x.onnx',
  )
  const opened: LocalExtractor[] = []
  try {
    for (const source of sources.length === 0 ? ['sift'] : sources) {
      const isDescribed = networks.length === 0 || isNetwork(source)
      const extractor = await openExtractor(source, { ...options, ...(isDescribed ? { matcherConfig } : {}) })
      opened.push(extractor)
      const twin = opened.findIndex(({ fingerprint }) => fingerprint === extractor.fingerprint)
      check(
        twin === opened.length - 1,
        `\`matcher\`: ${source}: named twice${sources[twin] === source ? '' : `, also as ${sources[twin]}`}`,
        'name each once: twice the same says nothing more',
      )
    }
    return inJointOrder(opened)
  } catch (error) {
    await releaseExtractors(opened)
    throw error
  }
}

/** Gives back what extractors hold. */
export async function releaseExtractors(extractors: readonly LocalExtractor[]): Promise<void> {
  for (const extractor of extractors) await extractor.release()
}

function isNetwork(source: string): boolean {
  return /\.onnx$/i.test(source)
}
