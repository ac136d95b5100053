import { describe, expect, test } from 'vitest'
import { optionText } from '../base/index.ts'
import { trainDefaults } from './config.ts'
import { parseConfig, resolveConfig } from './overrides.ts'
import { presets } from './presets.ts'
import type { ConfigChange, ConfigPart } from './setting.ts'

/** The lines of what is thrown. */
function mistakes(...changes: readonly ConfigChange[]): string[] {
  try {
    resolveConfig('brief', changes)
  } catch (error) {
    return String(error)
      .split('\n')
      .map((line) => line.trim())
  }
  return []
}

describe('resolveConfig', () => {
  test('a preset is itself', () => {
    for (const name of ['brief', 'atto', 'demo'] as const) expect(resolveConfig(name)).toEqual(presets[name])
    expect(presets.brief).toEqual(trainDefaults)
  })

  test('values are JSON, or text where they are none; the preset is not touched', () => {
    const config = resolveConfig('brief', [
      'epochs=3',
      'model.backbone=convnext_atto',
      'weights=null',
      'augment.affine=false',
      'augment.erasing.area=[0.1,0.3]',
      'optimiser={"learningRate":0.001,"weightDecay":0,"beta1":0.8,"beta2":0.9,"eps":1e-7}',
      'optimiser.learningRate=2e-3',
      'emaDecay=0.99',
    ])
    expect(config).toEqual({
      ...trainDefaults,
      epochs: 3,
      model: { ...trainDefaults.model, backbone: 'convnext_atto' },
      weights: null,
      augment: {
        ...trainDefaults.augment,
        affine: false,
        erasing: { probability: 0.25, area: [0.1, 0.3], ratio: [0.3, 3.3] },
      },
      optimiser: { learningRate: 2e-3, weightDecay: 0, beta1: 0.8, beta2: 0.9, eps: 1e-7 },
      emaDecay: 0.99,
    })
    expect(presets.brief.augment.affine).not.toBe(false)
  })

  test('a part of a configuration is merged into the preset, alone or among assignments', () => {
    const config = resolveConfig('brief', [
      {
        epochs: 3,
        model: { neckBias: true },
        augment: { affine: { degrees: 5 }, flip: false, erasing: undefined },
        image: { meanFill: [1, 2, 3] },
        loss: { kind: 'cosface', margin: 0.2 },
      },
    ])
    expect(config).toEqual({
      ...presets.brief,
      epochs: 3,
      model: { ...presets.brief.model, neckBias: true },
      augment: {
        ...trainDefaults.augment,
        affine: { ...(trainDefaults.augment.affine as object), degrees: 5 },
        flip: false,
      },
      image: { ...presets.brief.image, meanFill: [1, 2, 3] },
      loss: { kind: 'cosface', margin: 0.2, scale: 30 },
    })
    // the later one counts, whichever way it is said
    expect(resolveConfig('brief', [{ epochs: 3 }, 'epochs=5']).epochs).toBe(5)
    expect(resolveConfig('brief', ['epochs=5', { epochs: 3 }]).epochs).toBe(3)
    expect(resolveConfig('brief', ['loss.scale=64', { loss: { kind: 'cosface' } }]).loss).toEqual({
      kind: 'cosface',
      margin: 0.35,
      scale: 64,
    })
    // what is off in the preset is switched on by a whole
    const flip = { probability: 0.5 }
    const erasing = { probability: 0.1, area: [0.1, 0.2] as [number, number], ratio: [0.5, 2] as [number, number] }
    expect(resolveConfig('demo', [{ augment: { flip, erasing } }]).augment).toEqual({
      ...presets.demo.augment,
      flip,
      erasing,
    })
    expect(presets.brief.epochs).toBe(8)
  })

  test('weights that come with rosette go with their network; any others stay, to be told', () => {
    const weightsOf = (preset: string, ...changes: readonly ConfigChange[]) => resolveConfig(preset, changes).weights
    expect(weightsOf('demo', 'epochs=3')).toBe('convnext_mini.drawn_jaguars')
    expect(weightsOf('demo', 'model.backbone=convnext_micro')).toBeNull()
    expect(weightsOf('demo', { model: { backbone: 'convnext_micro' } })).toBeNull()
    expect(weightsOf('demo', 'model.backbone=convnext_atto', 'weights=convnext_atto.d2_in1k')).toBe(
      'convnext_atto.d2_in1k',
    )
    expect(weightsOf('brief', 'model.backbone=convnext_tiny')).toBe('convnext_small.fb_in1k')
  })

  test('numbers that no machine has room for are told before anything is made of them', () => {
    const told = mistakes('epochs=1000000000', 'batchSize=99999999', 'model.embeddingSize=99999999')
    expect(told.join('\n')).toContain('epochs: expected number to be <=1000000, got 1000000000')
    expect(told.join('\n')).toContain('batchSize: expected number to be <=65536, got 99999999')
    expect(told.join('\n')).toContain('model.embeddingSize: expected number to be <=65536, got 99999999')
  })

  test('mistakes in a part are told as in an assignment, by their path', () => {
    const wrong = (part: unknown) => mistakes(part as ConfigPart).slice(1)
    expect(wrong({ epoch: 3, model: { backbon: 'x' } })).toEqual([
      'config.epoch: no such key; did you mean epochs?',
      'config.model.backbon: no such key; did you mean model.backbone?',
    ])
    expect(wrong({ epochs: 0, optimiser: 1e-3 })).toEqual([
      'epochs: expected number to be >0, got 0',
      'optimiser: expected object, got 0.001',
    ])
    expect(wrong({ loss: { kind: 'cosface', marginRad: 0.2 } })).toEqual([
      'config.loss.marginRad: no such key; did you mean loss.margin?',
    ])
    // @ts-expect-error a typed part has no such key
    const mistyped: ConfigPart = { epoch: 3 }
    expect(wrong(mistyped)).toHaveLength(1)
  })

  test('a loss named by its kind brings its defaults, which may then be changed', () => {
    expect(resolveConfig('brief', ['loss.kind=cosface']).loss).toEqual({ kind: 'cosface', margin: 0.35, scale: 30 })
    expect(resolveConfig('brief', ['loss.kind=cosface', 'loss.margin=0.2']).loss).toEqual({
      kind: 'cosface',
      margin: 0.2,
      scale: 30,
    })
    // what is said of a loss stays, wherever its kind is said, and the kind it has already changes nothing
    expect(resolveConfig('brief', ['loss.scale=64', 'loss.kind=cosface']).loss).toEqual({
      kind: 'cosface',
      margin: 0.35,
      scale: 64,
    })
    expect(resolveConfig('demo', ['loss.marginRad=0.3', 'loss.kind=arcface']).loss).toEqual({
      kind: 'arcface',
      marginRad: 0.3,
      scale: 16,
    })
    expect(mistakes('loss.marginRad=0.2', 'loss.kind=cosface')[1]).toContain('loss.marginRad')
    const whole = 'loss={"kind":"cosface","margin":0.3,"scale":30}'
    expect(resolveConfig('brief', [whole, 'loss.kind=softmax']).loss).toEqual({ kind: 'softmax' })
    expect(resolveConfig('brief', ['loss.kind=softmax', whole]).loss).toEqual({
      kind: 'cosface',
      margin: 0.3,
      scale: 30,
    })
    expect(resolveConfig('brief', ['loss.kind=softmax']).loss).toEqual({ kind: 'softmax' })
    expect(mistakes('loss.kind=cosface', 'loss.marginRad=0.2')[1]).toBe(
      '`set` loss.marginRad: no such key; did you mean loss.margin?',
    )
    expect(mistakes('loss.kind=contrast')[1]).toMatch(
      /^loss\.kind: expected 'arcface', 'cosface', .* or 'supervised-contrastive', got "contrast"$/,
    )
  })

  test('a pair loss is added by its kind, with its defaults, and taken away by null', () => {
    const triplet = { kind: 'triplet', weight: 1, margin: 0.3, mining: 'batch-hard' }
    expect(resolveConfig('brief').pairLoss).toBeNull()
    expect(resolveConfig('brief', ['pairLoss.kind=triplet']).pairLoss).toEqual(triplet)
    const soft = { ...triplet, weight: 0.5, mining: 'semi-hard' }
    const said = ['pairLoss.weight=0.5', 'pairLoss.kind=triplet', 'pairLoss.mining=semi-hard']
    expect(resolveConfig('brief', said).pairLoss).toEqual(soft)
    const part: ConfigPart = { pairLoss: { kind: 'triplet', weight: 0.5, mining: 'semi-hard' } }
    expect(resolveConfig('brief', [part]).pairLoss).toEqual(soft)
    expect(resolveConfig('brief', ['pairLoss.kind=circle', 'pairLoss=null']).pairLoss).toBeNull()
    expect(resolveConfig('brief', ['loss.kind=circle', 'loss.scale=32']).loss).toEqual({
      kind: 'circle',
      weight: 1,
      margin: 0.4,
      scale: 32,
    })
    expect(mistakes('pairLoss.weight=2')[1]).toBe(
      '`set` pairLoss.weight: pairLoss is off; name its kind first: `set: ["pairLoss.kind=…"]`',
    )
    expect(mistakes('pairLoss.kind=arcface')[1]).toContain('pairLoss')
    expect(mistakes('pairLoss.kind=circle', 'pairLoss.temperature=2')[1]).toContain('no such key')
  })

  test.each([
    ['schedule.lr=1', 'optimiser.learningRate'],
    ['lr=1', 'optimiser.learningRate'],
    ['learning_rate=1', 'optimiser.learningRate'],
    ['optimizer.lr=1', 'optimiser.learningRate'],
    ['schedule.epochs=1', 'epochs'],
    ['batch_size=8', 'batchSize'],
    ['train.weight_decay=1', 'optimiser.weightDecay'],
    ['img_size=96', 'image.widthPx and image.heightPx'],
    ['arcface.margin=1', 'loss.marginRad'],
    ['augment.scale=1', 'augment.affine.scale'],
    ['model.pretrained=false', 'weights'],
  ])('%s, as other programs call it, is told with what is meant: %s', (assignment, meant) => {
    const [path] = assignment.split('=')
    expect(mistakes(assignment).slice(1)).toEqual([`\`set\` ${path}: no such key; did you mean ${meant}?`])
  })

  test('the seed is an option', () => {
    expect(mistakes('seed=1')[1]).toBe('`set` seed: no such key; `seed` is an option of its own')
  })

  test('unknown keys are told with the nearest', () => {
    expect(mistakes('epoch=3')[1]).toBe('`set` epoch: no such key; did you mean epochs?')
    expect(mistakes('model.backbon=x')[1]).toBe('`set` model.backbon: no such key; did you mean model.backbone?')
    expect(mistakes('optimizer.learningRate=1')[1]).toMatch('did you mean optimiser.learningRate?')
    expect(mistakes('zzzzzzzz=1')[1]).toBe('`set` zzzzzzzz: no such key')
    expect(mistakes('epochs.first=1')[1]).toMatch('`set` epochs.first: no such key')
    expect(mistakes('model.constructor=1')[1]).toMatch('`set` model.constructor: no such key')
    expect(mistakes('model={"backbone":"x"}').slice(1)).toContain(
      'model.pool: missing, expected one of "gem"|"average"|"token"',
    )
  })

  test('unknown keys inside of a value too', () => {
    expect(mistakes('loss={"kind":"cosface","margn":0.2,"margin":0.3,"scale":30}').slice(1)).toEqual([
      'loss.margn: no such key; did you mean loss.margin?',
    ])
    expect(mistakes('augment.flip={"probability":0.5,"probabilty":0.5}').slice(1)).toEqual([
      'augment.flip.probabilty: no such key; did you mean augment.flip.probability?',
    ])
  })

  test('what is off must be switched on as a whole', () => {
    expect(mistakes('augment.erasing=false', 'augment.erasing.probability=0.5').slice(1)).toEqual([
      `\`set\` augment.erasing.probability: augment.erasing is off; switch it on first: ${optionText({ set: [`augment.erasing=${JSON.stringify(trainDefaults.augment.erasing)}`] })}`,
    ])
  })

  test('all mistakes are told at once', () => {
    const lines = mistakes('epochs=0', 'nonsense', 'loss.scal=3', 'batchSize=many', 'clipNorm=-1')
    expect(lines[0]).toBe('InputError: config:')
    expect(lines.slice(1, 3)).toEqual([
      '`set` nonsense: expected path=value',
      '`set` loss.scal: no such key; did you mean loss.scale?',
    ])
    expect(
      lines
        .slice(3)
        .map((line) => line.slice(0, line.indexOf(':')))
        .sort(),
    ).toEqual(['batchSize', 'clipNorm', 'epochs'])
  })

  test.each([
    ['validationFraction=1', 'validationFraction: expected number to be <1, got 1'],
    ['precision=fp64', "precision: expected 'fp32', 'fp16', 'int8' or 'auto', got \"fp64\""],
    ['batchSize=1', 'batchSize: expected 2 or more (batch statistics), got 1'],
    ['image.widthPx=100', 'image.widthPx: expected a multiple of 32, got 100'],
    ['epochs=many', 'epochs: expected number, got "many"'],
    ['augment.flip=3', 'augment.flip: expected false or object, got 3'],
    ['image.meanFill=[0,0,300]', 'image.meanFill[2]: expected number to be <=255, got 300'],
    ['freeze=some', 'freeze: expected \'all\' or a whole number, 0 or above, got "some"'],
    ['freeze=37', "freeze: expected at most the 36 layers of convnext_small, or 'all', got 37"],
    [
      'schedule.unfreeze=[[1,3]]',
      'schedule.unfreeze: expected [epoch, layers still frozen] with epochs that grow, layers that get fewer, got [[1,3]]',
    ],
    [
      'sampler={"kind":"pxk","photosPerIdentity":5}',
      'sampler.photosPerIdentity: expected a divisor of batchSize, got 5',
    ],
  ])('%s is refused', (assignment, message) => {
    expect(mistakes(assignment).slice(1)).toEqual([message])
  })

  test('a setting that another one of the preset makes idle is told, unless it is said as it was or the other one is said too', () => {
    const told =
      'without effect, as no photos are set aside (validation is \'none\'); add `set: ["validation=stratified"]`'
    const settings = ['validationFraction=0.3', 'validateEvery=2', 'sampler.photosPerIdentity=2']
    expect(() => resolveConfig('demo', settings)).toThrow(
      [
        'config:',
        `validationFraction: ${told}`,
        `validateEvery: ${told}`,
        'sampler.photosPerIdentity: without effect on batches that are \'shuffled\'; add `set: ["sampler.kind=pxk"]`',
      ].join('\n  '),
    )
    const said = resolveConfig('brief', [...settings, 'validation=none', 'sampler.kind=class-balanced'])
    expect(said).toMatchObject({ validation: 'none', validateEvery: 2 })
    const { validateEvery } = resolveConfig('demo')
    const { validationFraction } = resolveConfig('demo', ['validationFraction=0.2', { validateEvery }])
    expect(validationFraction).toBe(0.2)
  })

  test('what geometry, augmentation, backbone and weights ask for is told with the rest', () => {
    const set = ['image.maskMargin=11', 'augment.affine.degrees=200', 'augment.erasing.area=[0.5,0.1]', 'epochs=0']
    expect(
      mistakes(...set, 'model.backbone=convnext_smal')
        .slice(1)
        .sort(),
    ).toEqual([
      'augment.affine.degrees: expected 0 to 180, got 200',
      'augment.erasing.area[1]: expected 0.5 to 1, got 0.1',
      'epochs: expected number to be >0, got 0',
      'image.maskMargin: expected number to be <=10, got 11',
      'model.backbone: expected a name of `backboneNames` or an .onnx file (did you mean convnext_small?), got "convnext_smal"',
    ])
    expect(mistakes('model.pixels=half', 'epochs=0').slice(1)).toEqual([
      'epochs: expected number to be >0, got 0',
      'model.pixels: expected \'imagenet\' as convnext_small.fb_in1k was trained with (`backbone: "convnext_small.fb_in1k"` sets both), got "half"',
    ])
  })

  test.each(['breif', 'toString'])('preset %s is not known', (name) => {
    expect(() => resolveConfig(name)).toThrow(`\`preset\`: '${name}' is not known\nhint: one of brief, atto, demo`)
  })
})

test('a config file’s mistakes are told with the file’s name', () => {
  const { epochs: _, ...rest } = trainDefaults
  expect(() => parseConfig({ ...rest, chunk: 0 }, 'runs/a/config.json')).toThrow(
    /^runs\/a\/config\.json:\n {2}epochs: .*\n {2}chunk: .*$/,
  )
  expect(parseConfig(JSON.parse(JSON.stringify(trainDefaults)), 'x')).toEqual(trainDefaults)
})
