import { expect, test } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { type TrainCallOptions, train } from './train.ts'

test.each([
  [{ out: 'run' }, '`data`: expected the path of photos, got nothing\nhint: a folder of photos, or a table'],
  [{ data: '', out: 'run' }, '`data`: expected the path of photos, got ""\nhint: a folder of photos, or a table'],
  [{ data: 'photos' }, '`out`: expected the path of a run folder to write, got nothing'],
])('a call of JavaScript without a path says which: %j', async (options, message) => {
  expect(await rejection(train(options as TrainCallOptions))).toBe(`InputError: ${message}`)
})
