import type { SessionStore } from '@keyturn/session-stores'

export interface StoreOperation {
  readonly store: string
  readonly operation: 'get' | 'put' | 'touch' | 'destroy'
  readonly outcome: 'ok' | 'error'
  readonly seconds: number
}

/** The same store, with word of how long each operation of a request took. */
export function observeStore(store: SessionStore, observe: (operation: StoreOperation) => void): SessionStore {
  async function timed<T>(operation: StoreOperation['operation'], work: Promise<T>): Promise<T> {
    const startedAt = performance.now()
    const report = (outcome: StoreOperation['outcome']) =>
      observe({ store: store.name, operation, outcome, seconds: (performance.now() - startedAt) / 1000 })
    try {
      const result = await work
      report('ok')
      return result
    } catch (error) {
      report('error')
      throw error
    }
  }
  return {
    ...store,
    get: (key) => timed('get', store.get(key)),
    put: (...args) => timed('put', store.put(...args)),
    touch: (...args) => timed('touch', store.touch(...args)),
    destroy: (key) => timed('destroy', store.destroy(key)),
  }
}
