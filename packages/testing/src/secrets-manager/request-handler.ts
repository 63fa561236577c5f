import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { AwsError } from './aws-error.ts'
import { readCredential } from './calls.ts'
import type { SecretsManagerCall } from './calls.ts'
import type { FaultEffect, Faults } from './faults.ts'
import type { Input } from './input.ts'
import { isOperationName } from './operations/operations.ts'
import type { SecretsManagerService } from './secrets-manager-service.ts'

export interface RequestHandlerOptions {
  readonly service: SecretsManagerService
  readonly faults: Faults
  readonly calls: SecretsManagerCall[]
  readonly clock: { now(): number }
}

/**
 * Speaks the protocol AWS JSON 1.1.
 *
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export function createRequestHandler({ service, faults, calls, clock }: RequestHandlerOptions): RequestListener {
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = readInput(await text(request))
    const call = readCall(request, input, clock.now())
    calls.push(call)
    const { latencyMs, effect } = faults.strike(call)
    // A call takes effect at once: what is late is the answer.
    const answer = effect === undefined || isAfter(effect) ? attempt(() => service.run(call, input)) : undefined
    if (latencyMs > 0) await sleep(latencyMs, undefined, { ref: false })
    if (effect === undefined && answer !== undefined) return reply(response, call, answer)
    if (effect !== undefined && 'error' in effect) return reply(response, call, { error: errorOf(effect) })
    call.outcome = effect !== undefined && 'answer' in effect ? 'unanswered' : 'disconnected'
    if (call.outcome === 'disconnected') response.destroy()
  }

  return (request, response) => {
    handle(request, response).catch((error: unknown) => {
      const known = error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), { status: 500 })
      send(response, known.status, { __type: known.type, message: known.message })
    })
  }
}

type Answer = { readonly output: Readonly<Record<string, unknown>> } | { readonly error: AwsError }

function attempt(run: () => Readonly<Record<string, unknown>>): Answer {
  try {
    return { output: run() }
  } catch (error) {
    if (error instanceof AwsError) return { error }
    throw error
  }
}

function reply(response: ServerResponse, call: SecretsManagerCall, answer: Answer): void {
  call.outcome = 'error' in answer ? answer.error.type : 'ok'
  if ('error' in answer) send(response, answer.error.status, { __type: answer.error.type, message: answer.error.message })
  else send(response, 200, answer.output)
}

function send(response: ServerResponse, status: number, body: object): void {
  if (response.destroyed || response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() })
  response.end(JSON.stringify(body))
}

function isAfter(effect: FaultEffect): boolean {
  return 'disconnect' in effect && effect.disconnect === 'after'
}

const SERVER_FAULTS: Readonly<Record<string, number>> = { InternalServiceError: 500, InternalFailure: 500, ServiceUnavailable: 503 }

function errorOf({ error, message, status }: Extract<FaultEffect, { error: string }>): AwsError {
  return new AwsError(error, message ?? `${error} was asked for by the test.`, { status: status ?? SERVER_FAULTS[error] ?? 400 })
}

function readInput(body: string): Input {
  try {
    const input: unknown = JSON.parse(body)
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Input
  } catch {
    // The same answer as for anything else that is no object.
  }
  throw new AwsError('SerializationException', 'The request body is not a JSON object.')
}

function readCall(request: IncomingMessage, input: Input, at: number): SecretsManagerCall {
  const credential = readCredential(request.headers.authorization)
  if (credential === undefined) throw new AwsError('MissingAuthenticationTokenException', 'The request is not signed.')
  const [service, operation = ''] = String(request.headers['x-amz-target']).split('.')
  if (request.method !== 'POST' || service !== 'secretsmanager' || !isOperationName(operation)) {
    throw new AwsError('UnknownOperationException', 'The requested operation is not supported.')
  }
  const secretId = input['SecretId'] ?? input['Name']
  return { operation, secretId: typeof secretId === 'string' ? secretId : undefined, ...credential, at }
}
