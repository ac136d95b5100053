import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commitOf } from './version.ts'

const commit = '0123456789abcdef0123456789abcdef01234567'

function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'rosette-commit-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

const head = 'ref: refs/heads/main\n'

test.each([
  ['of a branch', { '.git/HEAD': head, '.git/refs/heads/main': `${commit}\n` }],
  ['of a packed branch', { '.git/HEAD': head, '.git/packed-refs': `# pack-refs\n${commit} refs/heads/main\n` }],
  ['of no branch', { '.git/HEAD': `${commit}\n` }],
])('the commit %s', (_, files) => {
  expect(commitOf(folder(files))).toBe(commit)
})

test('the commit of a linked worktree', () => {
  const clone = folder({
    '.git/refs/heads/main': `${commit}\n`,
    '.git/worktrees/w/HEAD': head,
    '.git/worktrees/w/commondir': '../..\n',
  })
  expect(commitOf(folder({ '.git': `gitdir: ${join(clone, '.git', 'worktrees', 'w')}\n` }))).toBe(commit)
})

test('none where there is no clone, or its branch has no commit yet', () => {
  expect(commitOf(folder({}))).toBeNull()
  expect(commitOf(folder({ '.git/HEAD': head }))).toBeNull()
})
