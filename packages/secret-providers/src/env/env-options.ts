import { type Clock, systemClock } from '@keyturn/token-crypto'
import { checkOptions, checkText } from '../option-rules.ts'
import type { EnvironmentOptions } from './environment-view.ts'

export interface EnvironmentProviderOptions extends EnvironmentOptions {
  readonly clock?: Clock
}

export interface ResolvedEnvironmentProviderOptions {
  readonly source: EnvironmentOptions
  readonly clock: Clock
}

export function resolveEnvironmentOptions(options: EnvironmentProviderOptions): ResolvedEnvironmentProviderOptions {
  const { env, dotenv } = options
  checkOptions('createEnvironmentProvider', [
    env === undefined || (typeof env === 'object' && env !== null) ? undefined : 'env is an object of texts',
    dotenv === undefined || dotenv === false ? undefined : checkText('dotenv', dotenv),
  ])
  return Object.freeze({
    source: Object.freeze({ ...(env === undefined ? {} : { env }), ...(dotenv === undefined ? {} : { dotenv }) }),
    clock: options.clock ?? systemClock,
  })
}
