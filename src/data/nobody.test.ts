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
    ...[
      'to_identify',
      'to be identified',
      'To ID',
      'Unident.',
      'UnknownJaguar',
      'unknown leopards',
      'Jaguar (unknown)',
    ],
    ...[
      'N.N.',
      'N. N.',
      'S/ID',
      'ID?',
      'Who?',
      'pending ID',
      'cannot identify',
      'Needs ID',
      'unidentifed',
      'por identificar',
    ],
    ...[
      '_unsorted',
      'To sort',
      'unmarked',
      'FALSE',
      'new_jaguar',
      'New folder',
      'jaguar desconocido',
      'Não ident.',
      'non identifiable',
      'unbek.',
      'unbestimmbar',
      '未命名',
      '待鉴定',
      'невідома',
    ],
  ]
  it.each(nobody)('%j is nobody', (label) => {
    expect(nobodyTest()(label)).toBe(true)
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
    expect(nobodyTest()(label)).toBe(false)
  })

  const labels = ['sin señas', 'SIN_SEN\u0303AS', '0', 'x-1', '', '  ', 'NA', 'unknown', '?', 'X1', '00']

  it('are those that were given beside the usual ones, equal after folding', () => {
    const found = labels.filter(nobodyTest(['Sin Señas', '0', 'X-1']))
    expect(found).toEqual(['sin señas', 'SIN_SEN\u0303AS', '0', 'x-1', '', '  ', 'NA', 'unknown', '?'])
    expect(labels.filter(nobodyTest([]))).toEqual(['', '  ', 'NA', 'unknown', '?'])
  })

  it('are only those that were given, and empty cells, where that was said', () => {
    expect(labels.filter(nobodyTest({ only: ['0', 'X-1'] }))).toEqual(['0', 'x-1', '', '  '])
    expect(labels.filter(nobodyTest({ only: [] }))).toEqual(['', '  '])
  })

  const doubtful = [
    ...[
      'unknown_01',
      'Unknown male',
      'adult female (unknown)',
      'NA',
      'unknown1',
      'unknown_2',
      'Unk3',
      'UNID-07',
      'unid_B',
    ],
    ...[
      'UnknownMale2',
      'UnknownJaguar2',
      'no id 4',
      'To be identified 2',
      'sin identificar 3',
      'desconocida-2',
      '未知2',
    ],
    ...[
      '?1',
      'J-12?',
      'Ana (?)',
      '¿Ana?',
      'Ana (probable)',
      'possibly Ana',
      'NN',
      'N.N. 2',
      'n/d 3',
      'TBA',
      'indet. 5',
      'New',
      '_new_',
      'Others',
      'misc.',
      'TRUE',
      'Female',
      'unsorted 2',
    ],
  ]
  it.each(doubtful)('%j is worth a question', (label) => {
    expect(isDoubtful(label)).toBe(true)
  })

  const clear = [
    ...[
      'Nina',
      'Nana',
      'Nemo',
      'Unkas',
      "Nobody's",
      'Nadia',
      'Nils',
      'Nelly',
      'Una',
      'Undine',
      'Unidad 3',
      'Tobías',
      'Noah',
    ],
    ...[
      'J-01',
      'NA-01',
      'NN7',
      'ND',
      'UN-12',
      'Id',
      'ID 7',
      'Noid One',
      'Ignacia',
      'Nula-Maria',
      'M1',
      '0',
      '-3',
      '1/2',
      '张三',
    ],
    ...[
      'Pendiente Azul',
      'Blank Eye',
      'Blanca 1',
      'Inka',
      'Xaxx',
      'Maya B',
      'Whoopi',
      'Newton',
      'New Moon',
      'Nova',
      'Truella',
      'Kein Ende',
      '🐆',
    ],
  ]
  it.each(clear)('%j is a name like any other', (label) => {
    expect(isDoubtful(label)).toBe(false)
    expect(nobodyTest()(label)).toBe(false)
  })
})
