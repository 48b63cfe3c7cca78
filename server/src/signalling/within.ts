import { HavenError } from '@haven/protocol';

/**
 * Bounds how long an answer is waited for; the work itself goes on.
 * @throws HavenError TIMEOUT
 */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new HavenError('TIMEOUT')), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
