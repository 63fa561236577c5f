import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface Traffic {
  readonly commands: number
  readonly bytesToStore: number
  readonly bytesFromStore: number
}

/** Stands between a server and its database and counts. */
export interface CountingProxy {
  readonly port: number
  /** Since the start. */
  readonly traffic: Traffic
  close(): Promise<void>
}

interface CountingProxyOptions {
  /** Port of the database on 127.0.0.1. */
  readonly port: number
  /** One for each connection: tells how many commands a piece brought to an end or began. */
  readonly createCounter: () => (chunk: Buffer) => number
}

export async function startCountingProxy({ port, createCounter }: CountingProxyOptions): Promise<CountingProxy> {
  const traffic = { commands: 0, bytesToStore: 0, bytesFromStore: 0 }
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const store = connect(port, '127.0.0.1')
    const count = createCounter()
    for (const socket of [client, store]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        store.destroy()
      })
    }
    client.on('data', (chunk) => {
      traffic.bytesToStore += chunk.length
      traffic.commands += count(chunk)
    })
    store.on('data', (chunk) => {
      traffic.bytesFromStore += chunk.length
    })
    client.pipe(store).pipe(client)
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    port: (proxy.address() as AddressInfo).port,
    get traffic() {
      return { ...traffic }
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      proxy.close()
      await once(proxy, 'close')
    },
  }
}
