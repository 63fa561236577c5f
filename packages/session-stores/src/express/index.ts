export type { ExpressSession, ExpressStore } from './express-calls.ts'
export type { ExpressStoreOptions } from './express-options.ts'
export { createExpressSessions, type ExpressSessions, type ListedExpressSession } from './express-sessions.ts'
export { createExpressStore } from './express-store.ts'
export {
  createStoreForExpress,
  type ExpressStoreClass,
  type StoreForExpress,
  type StoreForExpressOptions,
} from './store-for-express.ts'
