/** What is used of the npm package `fernet`, which brings no types. */
declare module 'fernet' {
  interface Token {
    encode(text: string): string
    decode(): string
  }
  const fernet: {
    readonly Secret: new (key: string) => object
    readonly Token: new (options: { secret: object; ttl?: number; token?: string; time?: Date }) => Token
  }
  export default fernet
}
