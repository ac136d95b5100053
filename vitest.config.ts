import { readFileSync } from 'node:fs'
import { globSync } from 'tinyglobby'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * What a test does to the process that it runs in: its signals and modules (of its environment `test/own-environment.ts` takes care). `test/backends.ts` starts a graphics processor. A test may also not bear what
 * others do, which it says in its first line: where ONNX Runtime was opened, denormals are zero (docs/engine.md).
 * Such a file has a process of its own; all others share one a worker, and load the rooms once instead of 360 times (a second each).
 */
const changesItsProcess =
  /vi\.(mock|doMock|stubGlobal|useFakeTimers|resetModules)\b|process\.(on|once|emit|kill|chdir|umask)\b|process\.(exitCode|argv) (\?\?)?=[^=]|\/backends\.ts|^\/\/ alone:/

const tests = ['{src,test,bench}/**/*.test.ts']
const together = globSync(tests).filter((path) => !changesItsProcess.test(readFileSync(path, 'utf8')))

/** Whole programs first, which take longest: at the end neither worker waits for the other for long. */
class DearestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const turn = ({ project, moduleId }: TestSpecification) => {
      if (project.name === 'alone') return 0 // together: a worker that is shared ends before one that is not
      return moduleId.includes('/src/') ? 2 : 1
    }
    return sorted.sort((a, b) => turn(a) - turn(b))
  }
}

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: './test/temporary-folder.ts',
    setupFiles: './test/own-environment.ts',
    env: { HF_HUB_OFFLINE: '1' }, // no test downloads but from a server of its own
    sequence: { sequencer: DearestFirst },
    projects: [
      { extends: true, test: { name: 'rooms', include: together, isolate: false } },
      {
        extends: true,
        test: {
          name: 'alone',
          include: tests,
          exclude: ['**/node_modules/**', ...together],
        },
      },
    ],
  },
})
