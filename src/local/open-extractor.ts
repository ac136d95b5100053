import { existsSync, statSync } from 'node:fs'
import { InputError } from '../base/index.ts'
import { coatDescriptor } from './coat-descriptor.ts'
import type { LocalExtractor } from './features.ts'
import { type OpenExtractorOptions, openNetworkExtractor } from './network-extractor.ts'
import { rootSift } from './root-sift-lanes.ts'
import { openRunExtractor } from './run-extractor.ts'

/** Extractors that come with rosette, by the name that a user writes. */
const builtIn = {
  sift: async ({ threads }) => rootSift({ threads }),
  coat: ({ threads }) => coatDescriptor({ threads }),
} as const satisfies Readonly<Record<string, (options: OpenExtractorOptions) => Promise<LocalExtractor>>>

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
  if (open === undefined && /\.onnx$/i.test(source)) return openNetworkExtractor(source, options)
  if (options.matcherConfig !== undefined)
    throw new InputError(`\`matcherConfig\`: describes an .onnx file, and \`matcher\` is ${source}`)
  if (open !== undefined) return open(options)
  if (existsSync(source) && statSync(source).isDirectory()) return openRunExtractor(source, options)
  throw new InputError(
    `\`matcher\`: ${source}: expected ${[...named.keys()].join(', ')}, an .onnx file or a run folder`,
  )
}
