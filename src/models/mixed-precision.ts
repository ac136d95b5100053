/** Names of a network's weights and statistics, by how precise their layers may be. */
export interface WeightPrecision {
  /** The backbone's. */
  readonly halved: ReadonlySet<string>
  /**
   * Of these the blocks', whose products are added to what they read. What the stem and the layers between stages round stands in all that follows: a few
   * percent of a ConvNeXt's arithmetic, and nearly all that int8 did wrong to its gradients (results/int8-gradients-*.csv).
   */
  readonly rounded: ReadonlySet<string>
  /** Pooling's, the neck's and the classifier's: they are small, and the loss is sensitive to what they round. */
  readonly kept: ReadonlySet<string>
}

/** Which weights of a re-identification network compute in float16 (`halved`) or, in training, in int8 (`rounded`): some of `backbone.…`. */
export function weightPrecision(names: readonly string[]): WeightPrecision {
  const isBackbone = (name: string) => name.startsWith('backbone.')
  const backbone = names.filter(isBackbone)
  return {
    halved: new Set(backbone),
    rounded: new Set(backbone.filter((name) => name.includes('.blocks.'))),
    kept: new Set(names.filter((name) => !isBackbone(name))),
  }
}
