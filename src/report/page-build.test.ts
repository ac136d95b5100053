import { expect, test } from 'vitest'
import { pageBuild } from './page-build.ts'

test('the page’s code is one script that imports nothing, and nothing in it ends its element', () => {
  const { code, style } = pageBuild()
  expect(code).not.toMatch(/^\s*(import|export)\b|\brequire\(|node:/m)
  expect(code).not.toMatch(/<\/script|<!--/i)
  expect(() => new Function(code)).not.toThrow()
  expect(code).toContain('PointGrid = class')
  expect(style).toContain('.with-side')
  expect(style).not.toMatch(/@import|url\(|<\//)
})
