import type { ServerProcess } from './server-process.ts'

/** A server of our own on 127.0.0.1. It ends at the latest with this process, however that ends. */
export interface RunningServer {
  readonly host: string
  /** Stays the same over restarts. */
  readonly port: number
  /** What the server printed so far. */
  readonly log: readonly string[]
  /** Ends the server in order, and removes its folder unless that is kept. */
  stop(): Promise<void>
  /** SIGKILL to all its processes, as a crash. `restart` brings it back. */
  kill(): Promise<void>
  /** Freezes all its processes: connections are accepted and never answered. */
  pause(): void
  resume(): void
  /** Ends the server in order if it runs, and starts it again on the same port and data. */
  restart(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export function toRunningServer(server: ServerProcess, stop: () => Promise<void>): RunningServer {
  return {
    host: '127.0.0.1',
    port: server.port,
    get log() { return server.log },
    stop,
    kill: () => server.kill(),
    pause: () => server.pause(),
    resume: () => server.resume(),
    restart: () => server.restart(),
    [Symbol.asyncDispose]: stop,
  }
}
