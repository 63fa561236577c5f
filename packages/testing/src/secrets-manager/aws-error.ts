/** A failure as the service reports it: the type is what the SDK makes the error's name from. */
export class AwsError extends Error {
  readonly type: string
  readonly status: number

  constructor(type: string, message: string, options: { readonly status?: number } = {}) {
    super(message)
    this.name = 'AwsError'
    this.type = type
    this.status = options.status ?? 400
  }
}

export const SCHEDULED_FOR_DELETION = "You can't perform this operation on the secret because it was marked for deletion."

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message)
}

export function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequestException', message)
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message)
}
