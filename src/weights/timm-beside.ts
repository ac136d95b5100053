import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { readJson } from '../base/index.ts'
import type { PhotoSize } from '../models/index.ts'

const side = z.int().positive()
const numbers = z.array(z.number()).optional().catch(undefined)

/** Whatever is not as timm writes it counts as not there: a file of that name may be anybody's. */
const schema = z.object({
  architecture: z.string().optional().catch(undefined),
  model_args: z
    .object({ img_size: z.union([side, z.tuple([side, side])]) })
    .optional()
    .catch(undefined),
  pretrained_cfg: z
    .object({
      input_size: z.tuple([z.int(), side, side]).optional().catch(undefined),
      mean: numbers,
      std: numbers,
    })
    .optional()
    .catch(undefined),
})

/** What timm's `config.json` beside a file of weights says of them; `exportTimm` writes one too. */
export interface TimmBeside {
  readonly architecture?: string | undefined
  /** Of the photos that they were trained on. */
  readonly size?: PhotoSize | undefined
  /** What their pixels were standardised with. */
  readonly pixels?: { readonly mean: readonly number[]; readonly std: readonly number[] } | undefined
}

/** Empty where there is none, or none of timm's. */
export function timmBeside(file: string): TimmBeside {
  const config = schema.safeParse(jsonOf(join(dirname(file), 'config.json'))).data
  const { mean, std, input_size: input } = config?.pretrained_cfg ?? {}
  const given = config?.model_args?.img_size
  const [heightPx, widthPx] = typeof given === 'number' ? [given, given] : (given ?? input?.slice(1) ?? [])
  return {
    architecture: config?.architecture,
    size: heightPx === undefined || widthPx === undefined ? undefined : { heightPx, widthPx },
    pixels: mean === undefined || std === undefined ? undefined : { mean, std },
  }
}

function jsonOf(path: string): unknown {
  if (!existsSync(path)) return undefined
  try {
    return readJson(path)
  } catch {
    return undefined
  }
}
