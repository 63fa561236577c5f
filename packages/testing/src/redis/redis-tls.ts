import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface RedisCertificate {
  /** What a client must trust, PEM. */
  readonly ca: string
  /** Settings of a server that listens on this port with TLS, and on none without. */
  settingsOn(port: number): Readonly<Record<string, string>>
}

/** Makes a certificate of 127.0.0.1 and localhost that vouches for itself, and writes it to a folder. */
export async function writeCertificate(folder: string): Promise<RedisCertificate> {
  const { generate } = await import('selfsigned')
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    keyType: 'ec',
    curve: 'P-256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }, { type: 7, ip: '127.0.0.1' }] },
    ],
  })
  const [certFile, keyFile] = [join(folder, 'server.crt'), join(folder, 'server.key')]
  await writeFile(certFile, cert)
  await writeFile(keyFile, key, { mode: 0o600 })
  return {
    ca: cert,
    settingsOn: port => ({
      port: '0',
      'tls-port': String(port),
      'tls-cert-file': certFile,
      'tls-key-file': keyFile,
      'tls-ca-cert-file': certFile,
      'tls-auth-clients': 'no',
    }),
  }
}
