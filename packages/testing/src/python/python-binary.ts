import { join } from 'node:path'
import type { BinaryRole } from '../binaries/binary-role.ts'

/** A Python 3 that has the package `cryptography`. */
export const pythonRole: BinaryRole = {
  name: 'python3-cryptography',
  variable: 'KEYTURN_PYTHON',
  candidates: ['python3', 'python', '/usr/bin/python3'],
  probe: { args: ['-c', 'import sys, cryptography.fernet; print(sys.version_info.major, cryptography.__version__)'], prints: /^3 \d+\./ },
  debian: {
    packages: ['python3', 'python3-cryptography'],
    // Where the system has Python itself, only the package is fetched.
    paths: ['usr/bin/python3', '/usr/bin/python3'],
    env: root => ({ PYTHONPATH: join(root, 'usr/lib/python3/dist-packages') }),
  },
  remedy: 'Install Python 3 with its package cryptography (`apt-get install python3-cryptography`, `pip install cryptography`)',
}
