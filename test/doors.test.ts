import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type DoorName, readDoors } from './door-names.ts'
import { readUses } from './door-uses.ts'

/** Names that nobody else here uses and that stay all the same, as `room.name`, with the reason. */
const forUsers: Readonly<Record<string, string>> = {
  'embedder.ensembleOf': 'embedders of one’s own as one',
  'nn.oneInit': 'how a parameter of one’s own layer starts',
  'nn.zeroInit': 'how a parameter of one’s own layer starts',
  'projection.nearestNeighbours': 'docs/api.md offers it',
  'projection.pca': 'docs/api.md offers it',
  'projection.project': 'any of the methods, in the caller’s thread',
  'projection.trustworthiness': 'docs/api.md offers it',
  'projection.tsne': 'docs/api.md offers it',
  'projection.umap': 'docs/api.md offers it',
  'study.proposeLabels': 'names for photos by embeddings of one’s own',
}

/** A comment of fewer words says nothing that the name does not. */
const fewestWords = 4

const idOf = ({ room, name }: DoorName) => `${room}.${name}`

function withoutComment(names: readonly DoorName[]): string[] {
  return names.filter(({ comment }) => comment.split(/\s+/).filter(Boolean).length < fewestWords).map(idOf)
}

/** Names that are neither used, nor excused, nor in the signature of one that is, nor the defaults of one from the same file. */
function unused(names: readonly DoorName[], uses: ReadonlyMap<string, string>, excused: readonly string[]): string[] {
  const byId = new Map(names.map((one) => [idOf(one), one]))
  const kept = new Set<string>()
  const keep = (id: string): void => {
    const one = byId.get(id)
    if (one === undefined || kept.has(id)) return
    kept.add(id)
    one.types.forEach(keep)
  }
  for (const id of [...uses.keys(), ...excused]) keep(id)
  const files = new Set([...kept].map((id) => byId.get(id)!.file))
  for (const one of names) if (one.name.endsWith('Defaults') && files.has(one.file)) keep(idOf(one))
  return names.map(idOf).filter((id) => !kept.has(id))
}

describe('the doors of the rooms', () => {
  const root = join(import.meta.dirname, '..')
  const names = readDoors(join(root, 'src'))
  const uses = readUses(root)

  it('say of every name what it is', () => {
    expect(withoutComment(names)).toEqual([])
  })

  it('export what others use, what its signatures speak of, and nothing else', () => {
    expect(unused(names, uses, Object.keys(forUsers))).toEqual([])
  })

  it('export every type of a signature, so that a user can name it', () => {
    expect(names.flatMap((one) => one.hidden.map((type) => `${idOf(one)}: ${type}`))).toEqual([])
  })

  it('need each of the exceptions', () => {
    const others = unused(names, uses, [])
    expect(Object.keys(forUsers).filter((id) => !others.includes(id))).toEqual([])
  })
})

describe('the check of doors', () => {
  const made = {
    'src/coats/index.ts': "export { bare, type Coat, coatDefaults, idle, paint, short, type Spot } from './paint.ts'\n",
    'src/coats/paint.ts': `/** One round mark of a coat. */
export interface Spot { readonly radiusPx: number }
/** All marks of one flank. */
export interface Coat { readonly spots: readonly Spot[] }
/** A style that no door exports. */
export interface Style { readonly grey: number }
/** A coat as seen from its left side. */
export function paint(style: Style) { return { coat: { spots: [] } as Coat, style } }
/** Grey as most coats are. */
export const coatDefaults = { grey: 1 }
export function bare(): void {}
/** Too short. */
export function short(): void {}
/** Nobody outside of the room calls this. */
export function idle(): void {}
`,
    'src/herd/index.ts':
      "import { paint, short } from '../coats/index.ts'\nexport const herd = async () => {\n  const { bare } = await import('../coats/index.ts')\n  return [paint, short, bare].length\n}\n",
    'docs/page.md': "idle is not used in words.\n\n```js\nimport { herd } from 'rosette/herd'\n```\n",
    'README.md': '',
  }

  it('finds names without a word, names for nobody, and types that cannot be named', () => {
    const root = mkdtempSync(join(tmpdir(), 'rosette-doors-'))
    try {
      for (const folder of ['src', 'test', 'bench', 'scripts', 'examples', 'docs']) mkdirSync(join(root, folder))
      for (const [file, text] of Object.entries(made)) {
        mkdirSync(dirname(join(root, file)), { recursive: true })
        writeFileSync(join(root, file), text)
      }
      const names = readDoors(join(root, 'src'))
      expect(withoutComment(names)).toEqual(['coats.bare', 'coats.short', 'herd.herd'])
      expect(unused(names, readUses(root), [])).toEqual(['coats.idle'])
      expect(unused(names, readUses(root), ['coats.idle'])).toEqual([])
      expect(names.flatMap(({ name, hidden }) => hidden.map((type) => `${name}: ${type}`))).toEqual(['paint: Style'])
    } finally {
      rmSync(root, { recursive: true })
    }
  }, 60_000)
})
