import { isUsualNobody } from './nobody.ts'

/** A flank that coats are matched on. */
export type Side = 'left' | 'right'

/** What people write for a side, in the languages that this field's tables are in. */
export const sideWords: Readonly<Record<Side, readonly string[]>> = {
  left: `left l lf lhs lh ls izq izquierda izquierdo esq esquerda esquerdo gauche links linke linker linkes sinistra sinistro
    leftside leftflank`.split(/\s+/),
  right:
    `right r rf rhs rh rs der derecha derecho dir direita direito droite droit rechts rechte rechter rechtes destra destro
    rightside rightflank`.split(/\s+/),
}

/** What stands beside them, and says no more: `left side`, `flanco_izquierdo`, `L flank`, `linke Seite`. */
const beside =
  'side|hand|flank|flanks|lateral|profile|view|body|facing|lado|flanco|costado|perfil|cote|flanc|profil|seite|flanke|kant|zijde|fianco|lato'

const patterns = Object.entries(sideWords).map(
  ([side, words]) => [side, new RegExp(`^(?:${beside})*(?:${words.join('|')})(?:${beside})*$`)] as const,
)

/** Words for what is no side: another part of the body, the whole of it, or where the camera stood. */
const otherWords =
  `front frontal face head rear back behind tail rump butt top above over overhead dorsal dorsum bottom below under ventral belly
  up down both center centre middle aerial whole full body side flank profile lateral other others neither multiple several mixed
  frente delante cara cabeza atras trasera trasero detras espalda cola dorso arriba vientre abajo ambos ambas otro otra
  rosto cabeca costas cauda cima ventre barriga baixo ambos outro frontale face avant devant tete arriere derriere queue dos dessus dessous deux autre
  vorne vorn gesicht kopf hinten schwanz oben rucken unten bauch beide andere voor achter boven onder davanti dietro sopra sotto testa coda entrambi`
    .split(/\s+/)
    .join('|')

/** Of a table that writes them short; FL is the left of the front. */
const shortOthers: ReadonlySet<string> = new Set('f b t d v fl fr bl br lr rl'.split(' '))

const between = 'and or y o e und oder et ou en of from de del von da the three quarter quarters partial partly'.split(
  ' ',
)
const wholeParts: ReadonlySet<string> = new Set([
  ...Object.values(sideWords).flat(),
  ...otherWords.split('|'),
  ...beside.split('|'),
  ...between,
])
const joinedParts = [...wholeParts].filter((word) => word.length > 3 && !between.includes(word)).join('|')
const joined = new RegExp(`^(?:${joinedParts}){2,4}$`)

/** True for words that say a flank, or that the photo shows another part of the animal, or neither; several may stand together (`front-left`). */
export function saysFlank(flank: string): boolean {
  if (sideOf(flank) !== undefined || shortOthers.has(lettersOf(flank))) return true
  const parts = flank
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((part) => part !== '')
  return parts.length > 0 && parts.every((part) => wholeParts.has(part) || joined.test(part) || isUsualNobody(part))
}

/** The side that a table's or a folder's word for a flank says, in any case and with any marks; undefined for front, back and whatever else. */
export function sideOf(flank: string): Side | undefined {
  const word = lettersOf(flank)
  const [side] = patterns.find(([, pattern]) => pattern.test(word)) ?? []
  return side === 'left' || side === 'right' ? side : undefined
}

/** Short for a side in a table's column of flanks, and words of their own as the name of a folder. */
const noFolders: ReadonlySet<string> = new Set(['der', 'dir', 'ls', 'rs'])

const otherParts: ReadonlySet<string> = new Set(
  'front back rear head face tail top bottom dorsal ventral both'.split(' '),
)

/** True for a folder's name that says which part of the body its photos show; numbers in it are rather an animal's. */
export function isFlankName(name: string): boolean {
  const word = lettersOf(name)
  if (/\p{N}/u.test(name) || noFolders.has(word)) return false
  return sideOf(name) !== undefined || otherParts.has(word.replace(/(?:side|view)$/, ''))
}

/** In lower case, without accents and marks. */
function lettersOf(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z]/g, '')
}
