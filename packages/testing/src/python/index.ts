export { runPython } from './run-python.ts'
export type { RunPythonOptions } from './run-python.ts'
