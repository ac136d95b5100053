/**
 * Many dimensions drawn in two: principal components, t-SNE and UMAP, and how far such a picture can be trusted. Arrays in,
 * arrays out; nothing here knows of photos or models.
 */
export { type Neighbours, nearestNeighbours } from './neighbours.ts'
export { type Pca, type PcaConfig, pca, pcaDefaults } from './pca.ts'
export type { Layout, Metric, Points } from './points.ts'
export { type Projection, type ProjectionOptions, project } from './project.ts'
export { type ProjectionControl, projectInWorker } from './project-in-worker.ts'
export { type TrustworthinessConfig, trustworthiness, trustworthinessDefaults } from './trustworthiness.ts'
export { type Tsne, type TsneConfig, tsne, tsneDefaults } from './tsne.ts'
export { type Umap, type UmapConfig, umap, umapDefaults } from './umap.ts'
export type { Watch } from './watch.ts'
