import { describe, expect, it } from 'vitest'
import { isDoubtful, nobodyTest } from './nobody.ts'

describe('words for nobody', () => {
  const nobody = [
    ...[
      'NA',
      'N/A',
      'n.a.',
      'n. a.',
      '<NA>',
      '#N/A',
      'NaN',
      'nan',
      'null',
      'NULL',
      'None',
      '(none)',
      'nil',
      'N/D',
      'TBD',
    ],
    ...[
      'unknown',
      'Unknown',
      'UNKNOWN ',
      ' unknown?',
      '[unknown]',
      'unk',
      'Unk.',
      'unid',
      'Un-ID',
      'unidentified',
      'not identified',
    ],
    ...[
      'not_identified',
      'NotIdentified',
      'no id',
      'No-ID',
      'No name',
      'undetermined',
      'Indet.',
      'ｕｎｋｎｏｗｎ',
      'new_whale',
      '-1',
      '-999',
    ],
    ...['', ' ', '?', '??', '???', '-', '--', '—', '–', '.', '...', '*', '/', '_', '#', '~', '\u00a0', '\u200b'],
    ...[
      'Desconocido',
      'desconocida',
      'No identificado',
      'sin ID',
      'S/N',
      'Não identificado',
      'nao identificada',
      'N/I',
      'inconnu',
      'Inconnue',
    ],
    ...[
      'non identifié',
      'non-identifie\u0301',
      'unbekannt',
      'k. A.',
      'nicht identifiziert',
      'sconosciuto',
      'onbekend',
      'okänd',
      'неизвестный',
    ],
    ...['неизвестно', '未知', '不明', 'なし', '미상', 'neznámý', '#REF!'],
  ]
  it.each(nobody)('%j is nobody', (label) => {
    expect(nobodyTest(undefined)(label)).toBe(true)
  })

  const animals = [
    ...[
      'Nana',
      'Nan Goldin',
      'Anon',
      'Nadia',
      'Nona',
      'Nulla',
      'ND',
      'NI',
      'KA',
      'SN',
      '0',
      '1',
      '007',
      '1-2',
      'J-1',
      'A/1',
      '🐆',
      '🐆🐆',
    ],
    ...[
      'unknown_01',
      'Unknown 2',
      'unknown male',
      'Noname the Great',
      'Tbdx',
      '张三',
      'Blanca',
      'Blank Eye',
      'Empty Ear',
      'S',
      'N',
      '999',
    ],
  ]
  it.each(animals)('%j is somebody', (label) => {
    expect(nobodyTest(undefined)(label)).toBe(false)
  })

  it('are those that were given in place of the usual ones, equal after folding, and empty cells', () => {
    const isNobody = nobodyTest(['Sin Señas', '0', 'X-1'])
    const found = ['sin señas', 'SIN_SEN\u0303AS', '0', 'x-1', '', '  ', 'NA', 'unknown', '?', 'X1', '00'].filter(
      isNobody,
    )
    expect(found).toEqual(['sin señas', 'SIN_SEN\u0303AS', '0', 'x-1', '', '  '])
    expect(['NA', ''].filter(nobodyTest([]))).toEqual([''])
  })

  it('make a longer name doubtful', () => {
    const labels = ['unknown_01', 'Unknown male', 'adult female (unknown)', 'NA', 'Unkas', 'J-01', 'Nadia']
    expect(labels.filter(isDoubtful)).toEqual(['unknown_01', 'Unknown male', 'adult female (unknown)', 'NA'])
  })
})
