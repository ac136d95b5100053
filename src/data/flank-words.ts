/** A flank that coats are matched on. */
export type Side = 'left' | 'right'

/** What people write for a flank, in the languages that this field's tables are in. */
export const sideWords: Readonly<Record<Side, readonly string[]>> = {
  left: 'left l lf leftside leftflank izq izquierda izquierdo esq esquerda esquerdo gauche links'.split(' '),
  right: 'right r rf rightside rightflank der derecha derecho dir direita direito droite rechts'.split(' '),
}

/** The side that a table's or a folder's word for a flank says, in any case and with any marks; undefined for front, back and whatever else. */
export function sideOf(flank: string): Side | undefined {
  const word = flank.toLowerCase().replace(/[^a-z]/g, '')
  return sideWords.left.includes(word) ? 'left' : sideWords.right.includes(word) ? 'right' : undefined
}
