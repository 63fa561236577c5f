/** Starts one thing after the other, and stops them in the opposite order: all of them, should one not start. */
export interface Opened {
  add<T>(starting: Promise<T>, stop: (started: T) => Promise<void>): Promise<T>
  stop(): Promise<void>
}

export async function openAll<T extends object>(open: (opened: Opened) => Promise<T>): Promise<T & Pick<Opened, 'stop'>> {
  const stopping: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const stopOne of stopping.splice(0).toReversed()) await stopOne()
  }
  const opened: Opened = {
    async add(starting, stopOne) {
      const started = await starting
      stopping.push(() => stopOne(started))
      return started
    },
    stop,
  }
  try {
    return { ...(await open(opened)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}
