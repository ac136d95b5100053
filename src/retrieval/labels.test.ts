import { expect, test } from 'vitest'
import { evaluateRetrieval } from './evaluate.ts'
import { checkScorable, type Labels } from './labels.ts'

/** What is said of the labels alone, and once there are embeddings: the same. */
function told(labels: Labels): string[] {
  const count = labels.identities.length
  const embeddings = { count, dim: 1, data: new Float32Array(count).fill(1) }
  return [() => checkScorable(labels), () => evaluateRetrieval({ embeddings, ...labels })].map((run) => {
    try {
      run()
      return ''
    } catch (error) {
      return String(error).split('\n')[0]!
    }
  })
}

const nothing = (n: number) => `InputError: evaluate: none of ${n} queries has a photo of its individual to find`
const encounter = { excludeSame: 'encounter' } as const

test.each<[labels: Labels, message: string]>([
  [{ identities: ['A', 'B', 'A'] }, ''],
  [{ identities: ['A', 'B'] }, nothing(2)],
  [{ identities: ['A', ''] }, 'InputError: photos: row 1 has no identity'],
  [
    { identities: ['A', 'A'], ...encounter },
    'InputError: photos: excluding the same encounter needs the encounter of every photo',
  ],
  [{ identities: ['A', 'A', 'B'], encounters: ['e', 'e', 'f'], ...encounter }, nothing(3)],
  [{ identities: ['A', 'A', 'B'], encounters: ['e', 'e', 'f'] }, ''],
  [{ identities: ['A', 'A'], encounters: ['e', 'f'], ...encounter }, ''],
  [{ identities: ['A', 'A'], encounters: ['e', ''], ...encounter }, ''],
  [{ identities: ['A', 'A'], encounters: ['', ''], ...encounter }, ''],
])('%j', (labels, message) => expect(told(labels)).toEqual([message, message]))
