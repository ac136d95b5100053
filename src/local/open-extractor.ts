import { InputError } from '../base/index.ts'
import { coatDescriptor } from './coat-descriptor.ts'
import type { LocalExtractor } from './features.ts'
import { rootSift } from './root-sift-lanes.ts'

/** What an extractor may use of the machine. */
export interface OpenExtractorOptions {
  /** Processor threads; every processor unless given. */
  readonly threads?: number | undefined
}

/** Extractors that come with rosette, by the name that a user writes. */
const builtIn = {
  sift: async ({ threads }) => rootSift({ threads }),
  coat: ({ threads }) => coatDescriptor({ threads }),
} as const satisfies Readonly<Record<string, (options: OpenExtractorOptions) => Promise<LocalExtractor>>>

/** The extractor of this name, RootSIFT unless given. @throws InputError for a name that none has. */
export async function openExtractor(
  source: string = 'sift',
  options: OpenExtractorOptions = {},
): Promise<LocalExtractor> {
  const named = new Map<string, (options: OpenExtractorOptions) => Promise<LocalExtractor>>(Object.entries(builtIn))
  const open = named.get(source)
  if (open === undefined) throw new InputError(`\`matcher\`: ${source}: expected ${[...named.keys()].join(' or ')}`)
  return open(options)
}
