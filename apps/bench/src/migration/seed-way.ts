import type { Fernet } from '@keyturn/token-crypto'
import type postgres from 'postgres'

/** How applications do it themselves: all rows at once, each decrypted, encrypted and written on its own, one commit. */
export async function reencryptOneByOne(sql: postgres.Sql, table: string, { from, to }: { readonly from: Fernet; readonly to: Fernet }): Promise<number> {
  return sql.begin(async (transaction) => {
    const rows = await transaction<{ id: number; token: string }[]>`select id, access_token_encrypted as token from ${sql(table)}`
    for (const { id, token } of rows) {
      const value = to.encryptAt(from.decrypt(token), from.extractTimestamp(token))
      await transaction`update ${sql(table)} set access_token_encrypted = ${value} where id = ${id}`
    }
    return rows.length
  })
}
