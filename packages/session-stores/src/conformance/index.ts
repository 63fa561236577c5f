export { testConformance } from './conformance.ts'
export type { ConformanceClock, ConformanceOptions } from './harness.ts'
