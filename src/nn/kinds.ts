import * as z from 'zod'
import { invariant } from '../base/index.ts'

/** The settings of one kind. */
type KindSchema = z.ZodObject<{ kind: z.ZodLiteral<string> }, z.core.$strict>

/** Settings of any of these kinds; another kind is answered with all that there are. */
export function unionOfKinds<S extends KindSchema>([first, ...rest]: readonly S[]) {
  invariant(first !== undefined, 'there is a kind')
  const kinds = [first, ...rest].flatMap(({ shape }) => [...shape.kind.values].map((kind) => `'${kind}'`))
  const expected = `expected ${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1)}`
  return z.discriminatedUnion('kind', [first, ...rest], {
    error: ({ code }) => (code === 'invalid_union' ? expected : undefined),
  })
}
