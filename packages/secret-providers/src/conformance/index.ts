export { testConformance } from './conformance.ts'
export type { ConformanceOptions } from './harness.ts'
