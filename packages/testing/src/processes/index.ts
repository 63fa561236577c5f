export { spawnNode } from './spawn-node.ts'
export type { NodeProcess, SpawnNodeOptions, WaitOptions } from './spawn-node.ts'
export type { ProcessExit } from './managed-process.ts'
