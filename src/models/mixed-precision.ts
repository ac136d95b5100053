/** Names of a network's weights and statistics, by how precise their layers may be. */
export interface WeightPrecision {
  /** The backbone's. */
  readonly halved: ReadonlySet<string>
  /** Pooling's, the neck's and the classifier's: they are small, and the loss is sensitive to what they round. */
  readonly kept: ReadonlySet<string>
}

/** Which weights of a re-identification network compute in float16 or int8, where it does: those of `backbone.…`. */
export function weightPrecision(names: readonly string[]): WeightPrecision {
  const isBackbone = (name: string) => name.startsWith('backbone.')
  return { halved: new Set(names.filter(isBackbone)), kept: new Set(names.filter((name) => !isBackbone(name))) }
}
