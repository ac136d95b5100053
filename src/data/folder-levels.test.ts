import { describe, expect, it } from 'vitest'
import { folderWith } from '../../test/dataset-fixture.ts'
import { sideOf } from './flank-words.ts'
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
      'levels of folders: 2 folders (Ana, Bo) are the individuals; 2 folders (2024-05-01, 2024-06-01) are dates: each is one encounter of its individual',
    ])
    expect(read(['20240501/Ana/1.jpg', '20240501/Bo/1.jpg', '20240601/Ana/1.jpg'])).toEqual([
      ['Ana', 'Ana 20240501', undefined],
      ['Bo', 'Bo 20240501', undefined],
      ['Ana', 'Ana 20240601', undefined],
    ])
    expect(read(['Ana/2023/04/1.jpg', 'Bo/2024/05/1.jpg'])[1]).toEqual(['Bo', 'Bo 2024/05', undefined])
    expect(read(['Ana/01.05.2024/1.jpg', 'Bo/2.5.2024/1.jpg'])[1]).toEqual(['Bo', 'Bo 2.5.2024', undefined])
  })

  it('of sightings are encounters of the individual', () => {
    const names = ['Ana/enc1/1.jpg', 'Ana/enc2/2.jpg', 'Bo/enc1/1.jpg', 'Bo/Enc 2/2.jpg']
    expect(read(names)).toEqual([
      ['Ana', 'Ana enc1', undefined],
      ['Ana', 'Ana enc2', undefined],
      ['Bo', 'Bo Enc 2', undefined],
      ['Bo', 'Bo enc1', undefined],
    ])
    expect(open(names).notes![0]).toContain(
      '3 folders (Enc 2, enc1, enc2) are sightings: each is one encounter of its individual',
    )
    expect(read(['Ana/2024/visit1/1.jpg', 'Bo/2024/visit2/1.jpg'])[1]).toEqual(['Bo', 'Bo 2024 visit2', undefined])
  })

  it.each(
    'Sichtung Begegnung Besuch avistamiento Encuentro avistamento encontro observation Observação rencontre'.split(' '),
  )('named %s 1, %s 2 are encounters in other languages too', (word) => {
    expect(read([`Ana/${word} 1/1.jpg`, `Ana/${word}_2/1.jpg`, `Bo/${word} 1/1.jpg`])).toEqual([
      ['Ana', `Ana ${word} 1`, undefined],
      ['Ana', `Ana ${word}_2`, undefined],
      ['Bo', `Bo ${word} 1`, undefined],
    ])
  })

  it('that repeat and are called nothing known are a warning, which says what they should be called', () => {
    const under = (...names: string[]) => ['Ana', 'Bo'].flatMap((who) => names.map((name) => `${who}/${name}/1.jpg`))
    expect(open(under('Tag A', 'Tag B')).warnings).toEqual([
      '2 folders (Tag A, Tag B) repeat below other folders and are taken for nothing: photos in them are not told apart by sighting, ' +
        "so photos of one sighting may find each other; if they are sightings, name them 'sighting 1', 'sighting 2' or by date ('2024-05-31')",
    ])
    expect(open(under('cam1', 'cam2')).warnings).toEqual([])
  })

  it('of some individuals only: photos beside them have no encounter', () => {
    const names = ['Ana/1.jpg', 'Bo/2.jpg', 'Bo/2024-05-01/3.jpg', 'Cy/May 2024/left/4.jpg', 'Cy/visit 2/5.jpg']
    expect(read(names)).toEqual([
      ['Ana', undefined, undefined],
      ['Bo', undefined, undefined],
      ['Bo', 'Bo 2024-05-01', undefined],
      ['Cy', 'Cy May 2024', 'left'],
      ['Cy', 'Cy visit 2', undefined],
    ])
    expect(open(names).warnings).toEqual([expect.stringContaining('one photo only: Ana')])
    expect(open(names).notes).toEqual([
      'levels of folders: the outermost are the individuals; 2 folders (2024-05-01, May 2024) are dates: each is one encounter of its individual; ' +
        '1 folder (visit 2) is a sighting: one encounter of its individual; 1 folder (left) is a flank; 2 photos lie in the folder of an individual itself',
    ])
  })

  it('may be dates here and sightings there, and months have names', () => {
    expect(read(['Ana/visit 1/1.jpg', 'Bo/1 mayo 2024/2.jpg', 'Bo/cam2/3.jpg'])).toEqual([
      ['Ana', 'Ana visit 1', undefined],
      ['Bo', 'Bo 1 mayo 2024', undefined],
      ['Bo', undefined, undefined],
    ])
    expect(() => read(['April/x/1.jpg', 'May/y/2.jpg', 'May/z/2.jpg'])).toThrow('could be the individuals')
  })

  it('of drives and systems are passed over; others below an individual’s photos are told with what to do', () => {
    expect(read(['Ana/1.jpg', 'Ana/@eaDir/1.jpg', 'Bo/2.jpg', '__MACOSX/Ana/1.jpg'])).toEqual([
      ['Ana', undefined, undefined],
      ['Bo', undefined, undefined],
    ])
    expect(() => read(['Ana/1.jpg', 'Ana/old/1.jpg', 'Bo/2.jpg'])).toThrow(
      /Ana\/old\/: photos below an identity’s folder\nhint: move these photos/,
    )
    expect(() => read(['1.jpg', 'Ana/left/1.jpg', 'Bo/left/2.jpg'])).toThrow(
      'both photos and folders of photos (Ana, Bo)',
    )
  })

  it.each([
    ['LHS', 'RHS'],
    ['L', 'R'],
    ['Left Side', 'right-side'],
    ['L flank', 'Side R'],
    ['left hand side', 'right hand side'],
    ['izquierda', 'derecha'],
    ['lado_izquierdo', 'Lado derecho'],
    ['Flanco Izq', 'flanco der'],
    ['lado esquerdo', 'lado direito'],
    ['côté gauche', 'Flanc droit'],
    ['linke Seite', 'Rechts'],
    ['linkerkant', 'rechterkant'],
    ['fianco sinistro', 'destra'],
  ])('named %s and %s are flanks, a folder Unknown beside them too', (left, right) => {
    const names = [`Ana/${left}/1.jpg`, `Ana/${right}/2.jpg`, `Bo/${left}/3.jpg`, 'Bo/Unknown/4.jpg']
    const found = open(names).photos.map(({ identity, flank, extra }) => [identity, flank && sideOf(flank), extra])
    expect(found.sort()).toEqual([
      ['Ana', 'left', {}],
      ['Ana', 'right', {}],
      ['Bo', undefined, {}],
      ['Bo', 'left', {}],
    ])
    expect(read([`Ana/${left}/1.jpg`, 'Bo/2.jpg'])).toEqual([
      ['Ana', undefined, left],
      ['Bo', undefined, undefined],
    ])
  })

  it('named as animals may be are no flanks', () => {
    const alone = (name: string) => sideOf(name)
    expect(['Lado', 'side', 'lateral', 'Leftie', 'Rocky', 'Lola', 'front', 'L/R'].map(alone)).toEqual(
      Array(8).fill(undefined),
    )
    expect(read(['L1/1.jpg', 'R2/1.jpg']).map(([identity]) => identity)).toEqual(['L1', 'R2'])
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
      "photos lie two folders deep, and both levels could be the individuals: north, south (level 1), or Ana, Bo, Cy … and 1 more (level 2)\nhint: if the folders of level 2 are sightings, name them 'sighting 1' or by date",
    )
    expect(() => open(['nyala_060/630/a.jpg', 'nyala_061/631/b.jpg'])).toThrow(
      /hint: if the folders of level 2 are sightings, name them 'sighting 630' or by date \('2024-05-31'\); else give a CSV with the columns filename and identity/,
    )
    expect(() => open(['train/Ana/1.jpg', 'test/Ana/2.jpg', 'train/Bo/1.jpg'])).toThrow(
      'folders for training and testing (test, train)\nhint: name one of them',
    )
  })

  it('of unknown meaning are an error where other individuals have their photos beside them', () => {
    expect(() => open(['A/1.jpg', 'B/north/1.jpg', 'B/2024/2.jpg'])).toThrow(/1 problem\n {2}B\/north\/: photos below/)
  })

  it('of cameras and dates alone are photos of nobody known', () => {
    const names = ['2024-05-01/cam1/1.jpg', '2024-05-01/cam2/1.jpg', '2024-06-01/cam1/1.jpg', '2024-06-01/cam2/2.jpg']
    const { photos, notes } = openDataset(folderWith(Object.fromEntries(names.map((name) => [name, '']))))
    expect(photos.map(({ identity, encounter, camera }) => [identity, encounter, camera])).toEqual([
      [undefined, 'cam1 2024-05-01', 'cam1'],
      [undefined, 'cam2 2024-05-01', 'cam2'],
      [undefined, 'cam1 2024-06-01', 'cam1'],
      [undefined, 'cam2 2024-06-01', 'cam2'],
    ])
    expect(notes).toEqual([
      'levels of folders: 2 folders (2024-05-01, 2024-06-01) are dates: each is one encounter; 2 folders (cam1, cam2) are cameras, and no individuals',
    ])
    expect(() => open(names)).toThrow('identities are needed, and no level of folders has them: levels of folders: 2')
    for (const flat of [
      ['Station 1', 'Station 2'],
      ['2024-05-01', '2024-05-02'],
      ['100RECNX', '101RECNX'],
      ['left', 'right'],
    ]) {
      const folder = folderWith(Object.fromEntries(flat.map((name) => [`${name}/1.jpg`, ''])))
      expect(openDataset(folder).photos.map(({ identity }) => identity)).toEqual([undefined, undefined])
      expect(() => openDataset(folder, { requireIdentity: true })).toThrow('identities are needed, and no level')
    }
    expect(read(['Ana/cam1/1.jpg', 'Bo/cam2/1.jpg'])).toEqual([
      ['Ana', undefined, undefined],
      ['Bo', undefined, undefined],
    ])
    expect(open(['Campeche/1.jpg', 'Stationmaster/1.jpg']).photos.map(({ identity }) => identity)).toEqual([
      'Campeche',
      'Stationmaster',
    ])
  })

  it('of masks beside photos are no individuals', () => {
    for (const names of [
      ['photos/A/1.jpg', 'photos/B/1.jpg', 'masks/A/1.png', 'masks/B/1.png'],
      ['1.jpg', '2.jpg', 'masks/1.png'],
      ['images/1.jpg', 'masks/1.png'],
    ]) {
      const folder = folderWith(Object.fromEntries(names.map((name) => [name, name])))
      expect(() => openDataset(folder)).toThrow(
        `a folder masks beside the photos, expected photos only\nhint: name it with \`masks: "${folder}/masks"\``,
      )
      const { photos } = openDataset(folder, { masks: `${folder}/masks` })
      const photo = names.filter((name) => name.endsWith('.jpg'))
      const masked = names.filter((name) => name.endsWith('.png'))
      expect(photos.map(({ filename }) => filename)).toEqual(photo)
      expect(photos.filter(({ mask }) => mask !== undefined)).toHaveLength(masked.length)
    }
  })
})
