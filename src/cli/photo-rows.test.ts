import { expect, test } from 'vitest'
import { photoRows } from './photo-rows.ts'

test('all columns of a table are kept, and rosette’s own stand first', () => {
  const box = { x: 1, y: 2, width: 3.5, height: 4 }
  const rows = photoRows([
    { filename: 'a.jpg', path: '/p/a.jpg', identity: 'José', flank: 'left', box, extra: { site: 'north', x: 'seven' } },
    { filename: 'b.jpg', path: '/p/b.jpg', extra: { site: 'south', note: '=1' } },
  ])
  expect(rows).toEqual([
    ['filename', 'identity', 'flank', 'x', 'y', 'width', 'height', 'site', 'x_2', 'note'],
    ['a.jpg', 'José', 'left', 1, 2, 3.5, 4, 'north', 'seven', ''],
    ['b.jpg', '', '', '', '', '', '', 'south', '', '=1'],
  ])
  expect(photoRows([{ filename: 'c.jpg', path: 'c.jpg', extra: {} }])).toEqual([
    ['filename', 'identity'],
    ['c.jpg', ''],
  ])
})
