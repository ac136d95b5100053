import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { request as requestHttp } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { rejection } from '../../test/dataset-fixture.ts'
import { addressOf, gitSha1, type LocalHub, listening, localHub, sha256 } from '../../test/local-hub.ts'
import { encodeSafetensors, float32 } from '../tensor/index.ts'
import { fetchFile } from './download.ts'
import { fetchWeights, pullWeights } from './find-weights.ts'
import { HubUnreachable } from './hub.ts'
import { parseHubName } from './hub-name.ts'
import { type HubSettings, hubSettings } from './hub-settings.ts'

const values = Array.from({ length: 100_000 }, (_, i) => Math.sin(i))
const weights = Buffer.concat(encodeSafetensors([['w', float32([values.length], values)]])) // 400 kB
const shard = (name: string) => Buffer.concat(encodeSafetensors([[name, float32([1], [1])]]))
const index = Buffer.from(
  JSON.stringify({ weight_map: { one: 'parts/a.safetensors', two: 'parts/b.safetensors' } }).padEnd(100),
)
const commit = '0123456789'.repeat(4)
const secret = 'hf_secretsecretsecret'
const name = parseHubName('atto.d2_in1k')
const file = 'model.safetensors'

let hub: LocalHub
let cache = ''
let folder = ''
beforeEach(async () => {
  hub = await localHub({
    'timm/atto.d2_in1k': { commit, files: { [file]: weights, 'config.json': Buffer.from('{}') } },
    'timm/gated': { commit, token: secret, files: { [file]: weights } },
    'me/sharded': {
      files: {
        'model.safetensors.index.json': index,
        'parts/a.safetensors': shard('one'),
        'parts/b.safetensors': shard('two'),
      },
    },
    'me/torch': { files: { 'pytorch_model.bin': weights } },
    'me/nothing': { files: { 'README.md': Buffer.from('hello') } },
  })
  cache = mkdtempSync(join(tmpdir(), 'rosette-hub-'))
  folder = join(cache, 'models--timm--atto.d2_in1k')
})
afterEach(async () => {
  vi.restoreAllMocks()
  await hub.close()
  rmSync(cache, { recursive: true })
})

const settings = (more: Partial<HubSettings> = {}): HubSettings =>
  hubSettings({ cache, endpoint: hub.endpoint, token: undefined, offline: false, env: {}, pauseMs: 1, ...more })
const requests = () =>
  hub.asked.map(({ server, method, headers }) => `${server} ${method} ${headers.range ?? ''}`.trim())
const partial = () => join(folder, 'blobs', `${sha256(weights)}.rosette.incomplete`)

describe('a download', () => {
  test('fills the standard cache: a blob by its checksum, a link from its commit, a ref', async () => {
    const told: number[] = []
    const path = await fetchFile(name, file, settings(), { onProgress: (done, total) => void told.push(done / total) })
    expect(path).toBe(join(folder, 'snapshots', commit, file))
    expect(readFileSync(path!).equals(weights)).toBe(true)
    expect(readlinkSync(path!)).toBe(join('..', '..', 'blobs', sha256(weights)))
    expect(readFileSync(join(folder, 'refs', 'main'), 'utf8')).toBe(commit)
    expect(readdirSync(join(folder, 'blobs'))).toEqual([sha256(weights)])
    expect(readdirSync(join(cache, '.locks', 'models--timm--atto.d2_in1k'))).toEqual([])
    expect([told.at(-1), told.every((share, i) => share > (told[i - 1] ?? 0))]).toEqual([1, true])
    expect(requests()).toEqual(['hub HEAD', 'hub GET', 'store GET'])
  })

  test('of a small file goes by git’s checksum', async () => {
    const path = await fetchFile(name, 'config.json', settings())
    expect(readlinkSync(path!)).toBe(join('..', '..', 'blobs', gitSha1(Buffer.from('{}'))))
    expect(readFileSync(path!, 'utf8')).toBe('{}')
  })

  test('is made once', async () => {
    await fetchFile(name, file, settings())
    await fetchFile(name, file, settings())
    expect(requests().slice(3)).toEqual(['hub HEAD'])
    rmSync(join(folder, 'snapshots'), { recursive: true }) // the blob is still there
    expect(existsSync((await fetchFile(name, file, settings()))!)).toBe(true)
    expect(requests().slice(4)).toEqual(['hub HEAD'])
  })

  test('is undefined for a file that the model does not have', async () => {
    expect(await fetchFile(name, 'other.bin', settings())).toBeUndefined()
  })

  test('ends when it is asked to, and keeps what it has', async () => {
    const stop = new AbortController()
    hub.faults.cutAfter = [100_000]
    const onProgress = () => stop.abort(new Error('enough'))
    expect(await rejection(fetchFile(name, file, settings(), { onProgress, signal: stop.signal }))).toBe(
      'Error: enough',
    )
    expect(lstatSync(partial()).size).toBeGreaterThan(0)
    expect(readdirSync(join(cache, '.locks', 'models--timm--atto.d2_in1k'))).toEqual([])
  })
})

describe('a connection that is cut', () => {
  test('goes on from where it ended', async () => {
    hub.faults.cutAfter = [100_000, 150_000]
    const path = await fetchFile(name, file, settings())
    expect(readFileSync(path!).equals(weights)).toBe(true)
    expect(requests().filter((line) => line.startsWith('store'))).toEqual([
      'store GET',
      'store GET bytes=100000-',
      'store GET bytes=250000-',
    ])
  })

  test('goes on in the next process too', async () => {
    hub.faults.cutAfter = [100_000]
    expect(await rejection(fetchFile(name, file, settings({ attempts: 1 })))).toContain('cannot be fetched from')
    expect(lstatSync(partial()).size).toBe(100_000)
    expect(readFileSync((await fetchFile(name, file, settings()))!).equals(weights)).toBe(true)
    expect(requests().at(-1)).toBe('store GET bytes=100000-')
  })

  test('begins anew where the server knows no ranges, and where what was left is no beginning', async () => {
    mkdirSync(join(folder, 'blobs'), { recursive: true })
    writeFileSync(partial(), weights.subarray(0, 1000))
    hub.faults.ignoreRange = true
    expect(readFileSync((await fetchFile(name, file, settings()))!).equals(weights)).toBe(true)

    hub.faults = {}
    for (const left of [Buffer.alloc(1000, 7), Buffer.alloc(weights.length, 7), Buffer.alloc(weights.length + 5)]) {
      rmSync(folder, { recursive: true })
      mkdirSync(join(folder, 'blobs'), { recursive: true })
      writeFileSync(partial(), left)
      expect(readFileSync((await fetchFile(name, file, settings()))!).equals(weights), `${left.length}`).toBe(true)
    }
  })

  test('is given up after attempts that bring nothing', async () => {
    hub.faults.cutAfter = new Array(20).fill(10)
    const message = await rejection(fetchFile(name, file, settings({ attempts: 3 })))
    expect(message).toContain('timm/atto.d2_in1k: cannot be fetched from 127.0.0.1')
    expect(message).toContain('aborted')
    expect(requests().filter((line) => line.startsWith('store'))).toHaveLength(3)
  })
})

describe('what comes is checked', () => {
  test('a wrong checksum', async () => {
    hub.faults.wrong = [Buffer.alloc(weights.length, 1)]
    const message = await rejection(fetchFile(name, file, settings()))
    expect(message).toContain(`timm/atto.d2_in1k: ${file} came with a wrong checksum, expected ${sha256(weights)}`)
    expect(readdirSync(join(folder, 'blobs'))).toEqual([])
    expect(readFileSync((await fetchFile(name, file, settings()))!).equals(weights)).toBe(true)
  })

  test.each([-1, 1])('a size that is wrong by %i', async (more) => {
    hub.faults.wrong = [Buffer.alloc(weights.length + more)]
    expect(await rejection(fetchFile(name, file, settings()))).toContain(
      `has a wrong size, expected ${weights.length} bytes, got ${weights.length + more}`,
    )
    expect(existsSync(join(folder, 'blobs', sha256(weights)))).toBe(false)
  })

  test('a server that is no hub', async () => {
    const other = await listening((_, response) => void response.end('<html>please log in</html>'))
    const message = await rejection(fetchFile(name, file, settings({ endpoint: new URL(addressOf(other)) })))
    expect(message).toContain('does not answer as a Hugging Face hub does')
    other.close()
  })
})

describe('what the hub refuses', () => {
  test.each([
    ['nobody/nothing', 'nobody/nothing: is not there (127.0.0.1'],
    ['timm/gated', 'timm/gated: is not there, or not public (127.0.0.1'],
    ['timm/atto.d2_in1k@other', 'timm/atto.d2_in1k@other: has no such revision'],
  ])('%s', async (text, message) => {
    const told = await rejection(fetchFile(parseHubName(text), file, settings()))
    expect(told).toContain(message)
    expect(told).toContain('hint: check the name')
    expect(hub.asked).toHaveLength(1) // such an answer is not asked for again
  })

  test('busy for a while is asked again, and not for ever', async () => {
    hub.faults.status = [503, 429]
    expect(await fetchFile(name, file, settings())).toContain(file)
    hub.faults.status = [500, 500, 500]
    expect(await rejection(fetchFile(name, file, settings({ attempts: 3 })))).toContain('127.0.0.1')
    expect(hub.faults.status).toEqual([])
  })
})

describe('the token', () => {
  test('goes to the hub, and to no other host', async () => {
    const path = await fetchFile(parseHubName('timm/gated'), file, settings({ token: secret }))
    expect(readFileSync(path!).equals(weights)).toBe(true)
    const sent = hub.asked.map(({ server, headers }) => [server, headers.authorization])
    expect(sent).toEqual([
      ['hub', `Bearer ${secret}`],
      ['hub', `Bearer ${secret}`],
      ['store', undefined],
    ])
  })

  test('that was sent and refused is told by where it is from', async () => {
    const own = { token: secret, tokenFrom: 'HF_TOKEN' }
    hub.faults.status = [401]
    const refused = await rejection(fetchFile(name, file, settings(own)))
    expect(refused).toContain('timm/atto.d2_in1k: is not there, not open to you, or the token is not valid')
    expect(refused).toContain('the token in HF_TOKEN was sent, and may be invalid')
    hub.faults.status = [403]
    const path = join('home', '.cache', 'huggingface', 'token')
    expect(await rejection(fetchFile(name, file, settings({ ...own, tokenFrom: path })))).toContain(
      `token in ${path} was sent`,
    )
    hub.faults.status = [401]
    const without = await rejection(fetchFile(name, file, settings()))
    expect(without).toContain('and set HF_TOKEN')
    expect(without).not.toContain('was sent')
  })

  test('is not told, nor are signed addresses', async () => {
    const written = ['log', 'warn', 'error', 'debug', 'info'].map((method) =>
      vi.spyOn(console, method as 'log').mockImplementation(() => {}),
    )
    hub.faults.cutAfter = new Array(20).fill(1)
    const wrong = 'hf_wrongwrongwrong'
    const told = [
      await rejection(fetchFile(parseHubName('timm/gated'), file, settings({ token: secret, attempts: 2 }))),
      await rejection(fetchFile(parseHubName('timm/gated'), file, settings({ token: wrong }))),
    ]
    expect(told[1]).toContain('timm/gated: is not open to you')
    expect(told.join('\n')).not.toMatch(/hf_|signed|Signature/)
    for (const spy of written) expect(spy).not.toHaveBeenCalled()
  })
})

describe('where the network is closed', () => {
  test('the way around is told', async () => {
    const closed = await listening(() => {})
    const endpoint = new URL(addressOf(closed))
    await new Promise((resolve) => closed.close(resolve))
    const error: unknown = await fetchFile(name, file, settings({ endpoint })).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(HubUnreachable)
    expect(String(error)).toContain('ECONNREFUSED')
    expect(String(error)).toContain(
      `curl -fL -o atto.d2_in1k.safetensors ${endpoint.href}timm/atto.d2_in1k/resolve/main/model.safetensors\nthen here: \`set: ["weights=atto.d2_in1k.safetensors"]\``,
    )
  })

  test('user and password of the hub are sent to it, and not told', async () => {
    const endpoint = Object.assign(new URL(hub.endpoint), { username: 'me', password: '50%' })
    expect(await fetchFile(name, 'config.json', settings({ endpoint }))).toContain('config.json')
    const [sent] = hub.asked.map(({ headers }) => headers.authorization)
    expect(sent).toBe(`Basic ${Buffer.from('me:50%').toString('base64')}`)
    const message = await rejection(pullWeights(name, settings({ endpoint, offline: true })))
    expect(message).toContain(`model.safetensors`)
    expect(message).not.toMatch(/me:|50%|@/)
  })

  test('silence ends', async () => {
    hub.faults.silent = true
    const message = await rejection(fetchFile(name, file, settings({ timeoutMs: 50, attempts: 2 })))
    expect(message).toContain('no answer in 0.05 s')
  })

  test('offline, what is there is used, and the hub is not asked', async () => {
    const offline = settings({ offline: true })
    expect(await rejection(pullWeights(name, offline))).toContain('offline, and not in the cache')
    const path = await pullWeights(name, settings())
    const before = hub.asked.length
    expect(await pullWeights(name, offline)).toBe(path)
    expect(await fetchWeights('atto.d2_in1k', 'atto', offline)).toBe(path)
    expect(hub.asked.length).toBe(before)
    for (const env of [{ HF_HUB_OFFLINE: '1' }, { HF_HUB_OFFLINE: 'True' }, { TRANSFORMERS_OFFLINE: 'yes' }])
      expect(hubSettings({ env }).offline).toBe(true)
    expect(hubSettings({ env: { HF_HUB_OFFLINE: '0' } }).offline).toBe(false)
  })
})

describe('pullWeights', () => {
  test('of a model in several files brings them all', async () => {
    const path = await pullWeights(parseHubName('me/sharded'), settings())
    const snapshot = join(cache, 'models--me--sharded', 'snapshots', 'c'.repeat(40))
    expect(path).toBe(join(snapshot, 'model.safetensors.index.json'))
    expect(readFileSync(join(snapshot, 'parts', 'b.safetensors')).equals(shard('two'))).toBe(true)
    expect(await fetchWeights('me/sharded', undefined, settings({ offline: true }))).toBe(path)
  })

  test('takes what there is, and says where there is nothing', async () => {
    expect(await pullWeights(parseHubName('me/torch'), settings())).toMatch(/pytorch_model\.bin$/)
    expect(await rejection(pullWeights(parseHubName('me/nothing'), settings()))).toContain('me/nothing: has no weights')
  })
})

describe('two at once', () => {
  test('in one process: one downloads, both have it', async () => {
    hub.faults.delayMs = 300
    const paths = await Promise.all([1, 2, 3].map(() => fetchFile(name, file, settings())))
    expect(new Set(paths).size).toBe(1)
    expect(requests().filter((line) => line.startsWith('store'))).toHaveLength(1)
  })

  test('a lock of somebody who died is not waited for', async () => {
    const locks = join(cache, '.locks', 'models--timm--atto.d2_in1k')
    mkdirSync(locks, { recursive: true })
    const lock = join(locks, `${sha256(weights)}.rosette.lock`)
    writeFileSync(lock, '')
    utimesSync(lock, new Date(0), new Date(0))
    expect(readFileSync((await fetchFile(name, file, settings()))!).equals(weights)).toBe(true)
  })
})

describe('a proxy', () => {
  test('of the environment is used, with its user, unless NO_PROXY names the host', async () => {
    const seen: (string | undefined)[] = []
    const proxy = await listening((request, response) => {
      seen.push(request.headers['proxy-authorization'])
      const { method, headers } = request
      requestHttp(request.url!, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(response)
      }).end()
    })
    const env = { HTTP_PROXY: Object.assign(new URL(addressOf(proxy)), { username: 'me', password: 'p@ss' }).href }
    const path = await fetchFile(name, file, settings({ env }))
    expect(readFileSync(path!).equals(weights)).toBe(true)
    expect(seen).toEqual(new Array(3).fill(`Basic ${Buffer.from('me:p@ss').toString('base64')}`))
    expect(hub.asked.every(({ headers }) => headers['proxy-authorization'] === undefined)).toBe(false) // our proxy passes it on
    await fetchFile(name, 'config.json', settings({ env: { ...env, NO_PROXY: '127.0.0.1' } }))
    expect(seen).toHaveLength(3)
    proxy.close()
  })

  test('is asked for a tunnel where the hub is https, in which TLS begins', async () => {
    const asked: string[] = []
    const proxy = await listening(() => {})
    proxy.on('connect', ({ url }, socket) => {
      asked.push(url!)
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.once('data', (bytes: Buffer) => {
        asked.push(bytes.subarray(0, 2).toString('hex'), bytes.includes('hub.invalid') ? 'its name' : '')
        socket.destroy()
      })
    })
    const env = { https_proxy: addressOf(proxy) }
    const endpoint = new URL('https://hub.invalid')
    expect(await rejection(fetchFile(name, file, settings({ env, endpoint, attempts: 1 })))).toContain('hub.invalid')
    expect(asked).toEqual(['hub.invalid:443', '1603', 'its name'])
    proxy.removeAllListeners('connect')
    proxy.on('connect', (_, socket) => void socket.end('HTTP/1.1 407 Who are you?\r\n\r\n'))
    const refused = await rejection(fetchFile(name, file, settings({ env, endpoint })))
    expect(refused).toContain('the proxy answers 407')
    proxy.close()
  })
})
