import type { Comparison } from './measure.ts'
import { cookieRequest, cookieSign, cookieVerify } from './subjects/cookie.ts'
import { fernetRoundTrip } from './subjects/fernet.ts'
import { jwtSign, jwtVerification } from './subjects/jwt.ts'
import { openUnseen, sealAndOpen } from './subjects/sealed.ts'

export const comparisons: readonly Comparison[] = [
  fernetRoundTrip,
  sealAndOpen,
  openUnseen,
  jwtSign,
  jwtVerification,
  cookieSign,
  cookieVerify,
  cookieRequest,
]
