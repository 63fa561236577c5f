export type { AwsCredentials, AwsProviderOptions } from './aws-options.ts'
export { createAwsProvider } from './aws-provider.ts'
