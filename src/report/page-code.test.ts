import { expect, test } from 'vitest'
import { pageCode } from './page-code.ts'

test('the page’s code is one script: no imports, no name twice, nothing that ends its element', () => {
  const code = pageCode()
  expect(code).not.toMatch(/^(import|export)\b/m)
  expect(code).not.toMatch(/<\/script|<!--/i)
  expect(() => new Function(code)).not.toThrow() // a name declared twice is a syntax error
  expect(() => new Function(`${code}\nconst palette = 1`)).toThrow(SyntaxError)
  expect(code.indexOf('class PointGrid')).toBeLessThan(code.indexOf('class MapCanvas'))
})
