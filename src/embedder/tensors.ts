import { check, counted, formatTable } from '../base/index.ts'
import { showShape } from '../graph/index.ts'
import type { EmbeddingGraph } from '../models/index.ts'
import { sameShape, type Tensor } from '../tensor/index.ts'

/** What a checkpoint holds besides what embeds: the identity head, and state of the optimiser. */
const notEmbedding = /^head\.|\//

/** The tensors that the graph asks for, by name. @throws InputError with one table of all that are missing, unexpected or misshapen. */
export function matchTensors(
  { tensors: wanted }: EmbeddingGraph,
  given: ReadonlyMap<string, Tensor>,
  where: string,
): ReadonlyMap<string, Tensor> {
  const problems: [name: string, expected: string, got: string][] = []
  const matched = new Map<string, Tensor>()
  for (const { name, shape } of wanted) {
    const found = given.get(name)
    const fits = found !== undefined && found.dtype === 'float32' && sameShape(found.shape, shape)
    if (fits) matched.set(name, found)
    else
      problems.push([
        name,
        `float32 ${showShape(shape)}`,
        found ? `${found.dtype} ${showShape(found.shape)}` : 'missing',
      ])
  }
  const names = new Set(wanted.map(({ name }) => name))
  for (const [name, { dtype, shape }] of given) {
    if (!names.has(name) && !notEmbedding.test(name))
      problems.push([name, 'no such tensor', `${dtype} ${showShape(shape)}`])
  }
  const shown = problems.slice(0, 20)
  const more = problems.length > shown.length ? `\n… and ${problems.length - shown.length} more` : ''
  check(
    problems.length === 0,
    `${where}: ${problems.length} of ${counted(wanted.length, 'tensor')} do not fit the network\n${formatTable(['tensor', 'expected', 'got'], shown)}${more}`,
  )
  return matched
}
