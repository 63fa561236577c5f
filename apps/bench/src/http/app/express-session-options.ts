import type { SessionOptions, Store } from 'express-session'
import { SECRET, type ServerSettings } from './server-settings.ts'

/** As the documentation of express-session recommends for a store that has `touch`. */
export function expressSessionOptions({ rolling, idleTimeoutMs }: ServerSettings, store?: Store): SessionOptions {
  return {
    secret: SECRET,
    resave: false,
    saveUninitialized: false,
    rolling,
    cookie: { secure: false, maxAge: idleTimeoutMs },
    ...(store === undefined ? {} : { store }),
  }
}
