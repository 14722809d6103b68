/** Whether a server answers at another address of this machine than the one it names. */
export async function reachableAt(host: string, endpoint: string): Promise<boolean> {
  const url = new URL(endpoint);
  url.hostname = host;
  return fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
    () => true,
    () => false,
  );
}

/** Loopback too, but not 127.0.0.1: only a server that listens everywhere answers here. */
export const OTHER_LOOPBACKS = ["127.0.0.2", "[::1]"];
