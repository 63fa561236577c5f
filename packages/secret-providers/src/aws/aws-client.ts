import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SecretSourceClosedError } from '../errors.ts'
import { isAwsError, toAwsError } from './aws-errors.ts'
import type { ResolvedAwsProviderOptions } from './aws-options.ts'
import { createSdkClient, loadSdk, type Sdk } from './aws-sdk.ts'

/** What is known of a secret without its value. */
export interface AwsSecretDescription {
  /** Version that is AWSCURRENT; `undefined` for a secret that has no value yet. */
  readonly current: string | undefined
  readonly previous: string | undefined
  readonly pending: string | undefined
}

export interface AwsSecretValue {
  readonly versionId: string
  readonly text: string
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** The calls that the provider needs. Each rejects with an error of this package. */
export interface AwsClient {
  /** `undefined` when there is no such secret. */
  describe(signal?: AbortSignal): Promise<AwsSecretDescription | undefined>
  /** `undefined` when there is no such version. */
  getValue(versionId: string, signal?: AbortSignal): Promise<AwsSecretValue | undefined>
  /** `false` when a secret of that name is there already. */
  createSecret(text: string, token: string, signal?: AbortSignal): Promise<boolean>
  /** Adds a version that is pending, or current if it is the first. `'taken'`: that token has another value. */
  putPending(text: string, token: string, signal?: AbortSignal): Promise<'current' | 'pending' | 'taken'>
  /** Moves AWSCURRENT, if it still is where it is said to be. `'refused'`: it is not, or has been moved already. */
  moveCurrent(fromVersionId: string, toVersionId: string, signal?: AbortSignal): Promise<'moved' | 'refused'>
  close(): void
}

/** Loads the SDK when it is first needed, and makes one client. */
export function createAwsClient(options: ResolvedAwsProviderOptions, source: string): AwsClient {
  const { secretId } = options
  let sdk: Promise<Sdk> | undefined
  let client: Pick<SecretsManagerClient, 'send'> | undefined
  let owned: SecretsManagerClient | undefined
  let closed = false

  async function open(): Promise<{ sdk: Sdk; client: Pick<SecretsManagerClient, 'send'> }> {
    if (closed) throw new SecretSourceClosedError('The AWS provider')
    sdk ??= loadSdk()
    const loaded = await sdk
    client ??= options.client ?? (owned = createSdkClient(loaded, options))
    return { sdk: loaded, client }
  }

  async function call<T>(
    operation: string,
    signal: AbortSignal | undefined,
    ask: (sdk: Sdk, send: SecretsManagerClient['send']) => Promise<T>,
  ): Promise<T> {
    const opened = await open()
    signal?.throwIfAborted()
    const send = ((command: never) => opened.client.send(command, signal === undefined ? {} : { abortSignal: signal })) as SecretsManagerClient['send']
    try {
      return await ask(opened.sdk, send)
    } catch (error) {
      signal?.throwIfAborted()
      throw toAwsError(error, { operation, secretId, source })
    }
  }

  return {
    describe: (signal) =>
      call('DescribeSecret', signal, async ({ DescribeSecretCommand }, send) => {
        const answer = await absentAsUndefined(send(new DescribeSecretCommand({ SecretId: secretId })))
        if (answer === undefined) return undefined
        if (answer.DeletedDate !== undefined) throw deletionScheduled()
        return readStages(answer.VersionIdsToStages ?? {})
      }),
    getValue: (versionId, signal) =>
      call('GetSecretValue', signal, async ({ GetSecretValueCommand }, send) => {
        const answer = await absentAsUndefined(send(new GetSecretValueCommand({ SecretId: secretId, VersionId: versionId })))
        if (answer === undefined) return undefined
        const text = answer.SecretString ?? Buffer.from(answer.SecretBinary ?? []).toString('utf8')
        return { versionId, text, createdAt: answer.CreatedDate?.getTime() ?? 0 }
      }),
    createSecret: (text, token, signal) =>
      call('CreateSecret', signal, async ({ CreateSecretCommand }, send) => {
        const tags = Object.entries(options.tags).map(([Key, Value]) => ({ Key, Value }))
        const command = new CreateSecretCommand({
          Name: options.secretName,
          Description: 'Session secrets, kept and rotated by Keyturn',
          SecretString: text,
          ClientRequestToken: token,
          ...(options.kmsKeyId === undefined ? {} : { KmsKeyId: options.kmsKeyId }),
          ...(tags.length === 0 ? {} : { Tags: tags }),
        })
        return (await existingAsUndefined(send(command))) !== undefined
      }),
    putPending: (text, token, signal) =>
      call('PutSecretValue', signal, async ({ PutSecretValueCommand }, send) => {
        const command = new PutSecretValueCommand({
          SecretId: secretId,
          SecretString: text,
          ClientRequestToken: token,
          VersionStages: ['AWSPENDING'],
        })
        const answer = await existingAsUndefined(send(command))
        if (answer === undefined) return 'taken'
        return answer.VersionStages?.includes('AWSCURRENT') ? 'current' : 'pending'
      }),
    moveCurrent: (fromVersionId, toVersionId, signal) =>
      call('UpdateSecretVersionStage', signal, async ({ UpdateSecretVersionStageCommand }, send) => {
        const command = new UpdateSecretVersionStageCommand({
          SecretId: secretId,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: toVersionId,
          RemoveFromVersionId: fromVersionId,
        })
        try {
          await send(command)
          return 'moved'
        } catch (error) {
          if (isAwsError(error, 'InvalidParameterException')) return 'refused'
          throw error
        }
      }),
    close() {
      closed = true
      owned?.destroy()
    },
  }
}

function readStages(stages: Readonly<Record<string, readonly string[]>>): AwsSecretDescription {
  const holder = (label: string): string | undefined => Object.keys(stages).find((id) => stages[id]?.includes(label))
  return { current: holder('AWSCURRENT'), previous: holder('AWSPREVIOUS'), pending: holder('AWSPENDING') }
}

async function absentAsUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (isAwsError(error, 'ResourceNotFoundException')) return undefined
    throw error
  })
}

async function existingAsUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (isAwsError(error, 'ResourceExistsException')) return undefined
    throw error
  })
}

/** The same answer that every other call gets for such a secret. */
function deletionScheduled(): Error {
  return Object.assign(new Error('The secret is scheduled for deletion.'), { name: 'InvalidRequestException' })
}
