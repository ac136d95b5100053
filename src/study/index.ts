/**
 * How far a score can be trusted: what speaks against a dataset and its split before a model is trained on them, models of several
 * folds, and whether a trick earns its place.
 */
export { identitiesAtRisk, type RiskOptions, type RiskyIdentity, riskDefaults } from './risk.ts'
