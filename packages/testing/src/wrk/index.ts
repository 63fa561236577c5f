export { runWrk } from './run-wrk.ts'
export type { RunWrkOptions } from './run-wrk.ts'
