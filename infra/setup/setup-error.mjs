/** The set-up cannot go on; the message is one or more sentences for whoever installs Haven. */
export class SetupError extends Error {
  /** @param {string} message @param {ErrorOptions} [options] */
  constructor(message, options) {
    super(message, options);
    this.name = 'SetupError';
  }
}

/**
 * Says in plain words why a file or folder cannot be used.
 *
 * @param {unknown} error of a file system call
 * @param {string} doing what was being done, as in "writing /path"
 * @returns {SetupError}
 */
export function fileSystemError(error, doing) {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? 'the disk is full. Free some space (Haven needs about 2 GB) and start again'
      : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
        ? 'it is not writable by this user'
        : String(error);
  return new SetupError(`The set-up failed ${doing}: ${reason}.`, { cause: error });
}
