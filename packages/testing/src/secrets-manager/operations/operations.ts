import { createSecret } from './create-secret.ts'
import { deleteSecret } from './delete-secret.ts'
import { describeSecret } from './describe-secret.ts'
import { getSecretValue } from './get-secret-value.ts'
import { listSecretVersionIds } from './list-secret-version-ids.ts'
import { listSecrets } from './list-secrets.ts'
import type { Operation } from './operation.ts'
import { putSecretValue } from './put-secret-value.ts'
import { restoreSecret } from './restore-secret.ts'
import { updateSecretVersionStage } from './update-secret-version-stage.ts'
import { updateSecret } from './update-secret.ts'

export type OperationName =
  | 'CreateSecret' | 'DeleteSecret' | 'DescribeSecret' | 'GetSecretValue' | 'ListSecretVersionIds' | 'ListSecrets'
  | 'PutSecretValue' | 'RestoreSecret' | 'UpdateSecret' | 'UpdateSecretVersionStage'

const operations: Readonly<Record<OperationName, Operation>> = {
  CreateSecret: createSecret,
  DeleteSecret: deleteSecret,
  DescribeSecret: describeSecret,
  GetSecretValue: getSecretValue,
  ListSecretVersionIds: listSecretVersionIds,
  ListSecrets: listSecrets,
  PutSecretValue: putSecretValue,
  RestoreSecret: restoreSecret,
  UpdateSecret: updateSecret,
  UpdateSecretVersionStage: updateSecretVersionStage,
}

export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(operations, name)
}

export function operationNamed(name: OperationName): Operation {
  return operations[name]
}
