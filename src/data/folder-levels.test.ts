import { describe, expect, it } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { openDataset } from './open.ts'

const open = (names: readonly string[]) =>
  openDataset(folderWith(Object.fromEntries(names.map((name) => [name, '']))), { requireIdentity: true })

/** identity, encounter, flank of each photo. */
const read = (names: readonly string[]) => open(names).photos.map((p) => [p.identity, p.encounter, p.flank])

describe('folders below folders', () => {
  it('of dates are encounters of the individual above or below', () => {
    const above = ['Ana/2024-05-01/1.jpg', 'Ana/2024-06-01/1.jpg', 'Bo/2024-05-01/1.jpg', 'Bo/2024-05-01/2.jpg']
    expect(read(above)).toEqual([
      ['Ana', 'Ana 2024-05-01', undefined],
      ['Ana', 'Ana 2024-06-01', undefined],
      ['Bo', 'Bo 2024-05-01', undefined],
      ['Bo', 'Bo 2024-05-01', undefined],
    ])
    expect(open(above).photos[0]).toMatchObject({ filename: 'Ana/2024-05-01/1.jpg', timestamp: '2024-05-01' })
    expect(open(above).notes).toEqual([
      'levels of folders: 2 folders (Ana, Bo) are the individuals; 2 folders (2024-05-01, 2024-06-01) by date: an encounter of the individual each',
    ])
    expect(read(['20240501/Ana/1.jpg', '20240501/Bo/1.jpg', '20240601/Ana/1.jpg'])).toEqual([
      ['Ana', 'Ana 20240501', undefined],
      ['Bo', 'Bo 20240501', undefined],
      ['Ana', 'Ana 20240601', undefined],
    ])
    expect(read(['Ana/2023/04/1.jpg', 'Bo/2024/05/1.jpg'])[1]).toEqual(['Bo', 'Bo 2024/05', undefined])
    expect(read(['Ana/01.05.2024/1.jpg', 'Bo/2.5.2024/1.jpg'])[1]).toEqual(['Bo', 'Bo 2.5.2024', undefined])
  })

  it('of flanks are flanks', () => {
    const names = ['Ana/left/1.jpg', 'Ana/right/1.jpg', 'Bo/left/1.jpg', 'Bo/Right/1.jpg']
    expect(read(names)).toEqual([
      ['Ana', undefined, 'left'],
      ['Ana', undefined, 'right'],
      ['Bo', undefined, 'Right'],
      ['Bo', undefined, 'left'],
    ])
    expect(read(['left/Ana/1.jpg', 'right/Ana/1.jpg', 'left/Bo/1.jpg'])).toContainEqual(['Ana', undefined, 'right'])
    expect(read(['Ana/2024/left/1.jpg', 'Bo/2024/right/1.jpg'])[1]).toEqual(['Bo', 'Bo 2024', 'right'])
  })

  it('that repeat under others are no individuals', () => {
    const names = ['Ana', 'Bo', 'Cy'].flatMap((name) => [`${name}/cam1/1.jpg`, `${name}/cam2/1.jpg`])
    const { photos, notes } = open(names)
    expect(photos.map(({ identity, extra }) => [identity, extra.folder])).toEqual([
      ['Ana', 'cam1'],
      ['Ana', 'cam2'],
      ['Bo', 'cam1'],
      ['Bo', 'cam2'],
      ['Cy', 'cam1'],
      ['Cy', 'cam2'],
    ])
    expect(notes).toEqual([
      'levels of folders: 3 folders (Ana, Bo, Cy) are the individuals; 2 folders (cam1, cam2) repeat, and are no individuals',
    ])
    expect(read(['all/Ana/1.jpg', 'all/Bo/1.jpg'])).toEqual([
      ['Ana', undefined, undefined],
      ['Bo', undefined, undefined],
    ])
  })

  it('that could be individuals as well as those above are an error that asks', () => {
    const sites = ['north/Ana/1.jpg', 'north/Bo/1.jpg', 'south/Cy/1.jpg', 'south/Di/1.jpg']
    expect(() => open(sites)).toThrow(
      /north\/Ana\/…\nhint: which level has the individuals\? north, south \(level 1\), or Ana, Bo, Cy … and 1 more \(level 2\): a CSV says it/,
    )
    expect(() => open(['train/Ana/1.jpg', 'test/Ana/2.jpg', 'train/Bo/1.jpg'])).toThrow(
      'folders for training and testing (test, train)\nhint: name one of them',
    )
  })

  it('are an error where other individuals have their photos beside them', () => {
    expect(() => open(['A/1.jpg', 'B/2024/1.jpg', 'B/2024/2.jpg'])).toThrow(/1 problem\n {2}B\/2024\/: photos below/)
  })
})
