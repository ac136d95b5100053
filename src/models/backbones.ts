import { check, nearest } from '../base/index.ts'
import type { Value } from '../graph/index.ts'
import type { Scope } from '../nn/index.ts'
import type { Tensor } from '../tensor/index.ts'
import { type ConvNextConfig, convnextFamily } from './convnext.ts'
import { convnextPretrained, convnextV2Pretrained } from './convnext-pretrained.ts'
import { convnextMiniatures, convnextSizes, convnextV2Sizes } from './convnext-sizes.ts'
import type { AfterPooling, BackboneConfig, Family, Features, PhotoSize, Pretrained } from './family.ts'
import { type VitConfig, vitFamily } from './vit.ts'
import { vitPretrained } from './vit-pretrained.ts'
import { vitMiniatures, vitSizes } from './vit-sizes.ts'

/** The catalogue of families, each with what its configurations look like. */
interface FamilyConfigs {
  readonly convnext: ConvNextConfig
  readonly convnextv2: ConvNextConfig
  readonly vit: VitConfig
}

/** The name of a family of backbones, whose members differ in size only. */
export type FamilyName = keyof FamilyConfigs

const families: { readonly [F in FamilyName]: Family<FamilyConfigs[F]> } = {
  convnext: convnextFamily,
  convnextv2: convnextFamily,
  vit: vitFamily,
}

const architectures = {
  convnext: { ...convnextSizes, ...convnextMiniatures },
  convnextv2: convnextV2Sizes,
  vit: { ...vitSizes, ...vitMiniatures },
} as const satisfies Architectures

type Architectures = { readonly [F in FamilyName]: Readonly<Record<string, FamilyConfigs[F]>> }

/** The name of an architecture: timm's, but for the miniatures. */
export type BackboneName = { readonly [F in FamilyName]: keyof (typeof architectures)[F] & string }[FamilyName]

const pretrained: { readonly [N in BackboneName]: Readonly<Record<string, Pretrained>> } = {
  ...convnextPretrained,
  ...convnextV2Pretrained,
  ...vitPretrained,
}

/** An architecture ready to be built: one shape for all families. */
export interface Backbone {
  readonly name: BackboneName
  readonly family: FamilyName
  /** C of its features. */
  readonly width: number
  readonly stridePx: number
  readonly layers: number
  /** Of a parameter by its timm name: 0 … layers, counted from the input. */
  layerOf(name: string): number
  /** timm's forward_features of standardised pixels [B, H, W, 3]. */
  features(scope: Scope, x: Value): Features
  /** What follows the pooling and belongs to the backbone; undefined where nothing does. */
  readonly afterPooling: AfterPooling | undefined
  /** timm's forward with num_classes = 0: features → [B, C]. */
  head(scope: Scope, features: Features): Value
  /**
   * A file's parameter, by its timm name, for photos of that size: a transformer's position embeddings are resampled as timm
   * does, from the grid of the photos' size that they were learned for, or a square one; all else stays as it is.
   */
  resized(tensor: Tensor, name: string, size: PhotoSize, from?: PhotoSize): Tensor
  /** Names of the parameters that belong to one size of photos. */
  readonly sized: RegExp
  readonly leftOut: RegExp
  /** Published weights by tag; the first is timm's default. */
  readonly pretrained: Readonly<Record<string, Pretrained>>
}

/** Every architecture's name, family by family, smallest first. */
export const backboneNames: readonly BackboneName[] = Object.values(architectures).flatMap(
  (sizes) => Object.keys(sizes) as BackboneName[],
)

/** True for the name of an architecture of the catalogue, without a tag of weights. */
export function isBackboneName(name: string): name is BackboneName {
  return Object.hasOwn(pretrained, name)
}

/**
 * The architecture of that name; `overrides` are what a run sets, where the architecture has it.
 * @throws InputError with the nearest name for one that is not known.
 */
export function backboneOf(name: string, overrides: Partial<BackboneConfig> = {}): Backbone {
  check(isBackboneName(name), `model.backbone: '${name}' is not known`, nameHint(name))
  const family = (Object.keys(architectures) as FamilyName[]).find((key) => Object.hasOwn(architectures[key], name))!
  return build(family, name, overrides)
}

/** Shorter parts of a name are sizes and versions. */
const leastWord = 4

/** What may have been meant by a name that no architecture has: the nearest, or those that have its longest word (`dinov2`, `eva02`). */
export function nameHint(name: string): string {
  const near = nearest(name, backboneNames)
  if (near !== undefined) return `did you mean ${near}?`
  const words = name.toLowerCase().split(/[^a-z0-9]+/)
  const word = words.reduce((longest, word) => (word.length > longest.length ? word : longest), '')
  const alike = word.length < leastWord ? [] : backboneNames.filter((known) => known.split('_').includes(word))
  if (alike.length === 0) return '`backboneNames` lists them'
  const rest = alike.length > 3 ? ` and ${alike.length - 3} more` : ''
  return `names like it are ${alike.slice(0, 3).join(', ')}${rest}; \`backboneNames\` lists them`
}

function build<F extends FamilyName>(family: F, name: BackboneName, overrides: Partial<BackboneConfig>): Backbone {
  const known = (architectures as Architectures)[family][name]!
  const layerScaleInit = known.layerScaleInit === null ? null : (overrides.layerScaleInit ?? known.layerScaleInit)
  const config = { ...known, dropPath: overrides.dropPath ?? known.dropPath, layerScaleInit }
  const rules = families[family]
  return {
    name,
    family,
    width: rules.width(config),
    stridePx: rules.stridePx(config),
    layers: rules.layers(config),
    layerOf: (parameter) => rules.layerOf(config, parameter),
    features: (scope, x) => rules.features(scope, x, config),
    afterPooling: rules.afterPooling(config),
    head: (scope, features) => rules.head(scope, features, config),
    resized: (tensor, parameter, size, from) => rules.resized(tensor, parameter, config, size, from),
    sized: rules.sized,
    leftOut: rules.leftOut,
    pretrained: pretrained[name],
  }
}

/** A timm name taken apart: `convnext_base.fb_in22k_ft_in1k_384` is an architecture and a tag, also as the hub writes it, `timm/NAME@REVISION`. */
export interface TimmName {
  readonly backbone: string
  readonly tag: string | undefined
  readonly revision: string | undefined
}

/** `[timm/]ARCHITECTURE[.TAG][@REVISION]` in its parts; the parts are not checked. */
export function parseTimmName(name: string): TimmName {
  const [, bare = '', revision] = /^(?:timm\/)?([^@]*)(?:@(.*))?$/s.exec(name) ?? []
  const dot = bare.indexOf('.')
  return dot < 0
    ? { backbone: bare, tag: undefined, revision }
    : { backbone: bare.slice(0, dot), tag: bare.slice(dot + 1), revision }
}

/** What is known of weights by their timm name with a tag; undefined for others. */
export function pretrainedOf(name: string): Pretrained | undefined {
  const { backbone, tag } = parseTimmName(name)
  if (tag === undefined || !isBackboneName(backbone) || !Object.hasOwn(pretrained[backbone], tag)) return undefined
  return pretrained[backbone][tag]
}
