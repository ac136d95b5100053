import { expect, test } from 'vitest'
import { captureOutput } from '../../test/captured-output.ts'
import { tellPage } from './deciding-page.ts'

const output = captureOutput()

test('what is told of a page counts one photo as one', () => {
  const page = { path: 'a.html', bytes: 2000, leftOut: 0, longSidePx: 900, unreadable: 0 }
  tellPage({ ...page, questions: 1 }, 'photo')
  tellPage({ ...page, questions: 2 }, 'pair')
  expect(output.stderr).toMatch(/^a\.html: 1 photo to decide, .*\na\.html: 2 pairs to decide, /)
})
