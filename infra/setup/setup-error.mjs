/** The set-up cannot go on; the message is one or more sentences for whoever installs Haven. */
export class SetupError extends Error {
  /** @param {string} message @param {ErrorOptions} [options] */
  constructor(message, options) {
    super(message, options);
    this.name = 'SetupError';
  }
}

/** @param {unknown} error @returns {unknown} the code of a system error, such as ENOENT */
export function errorCode(error) {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** @param {unknown} error @returns {string} */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Says in plain words why a file or folder cannot be used.
 *
 * @param {unknown} error of a file system call
 * @param {string} doing what was being done, as in "writing /path"
 * @returns {SetupError}
 */
export function fileSystemError(error, doing) {
  return new SetupError(`The set-up failed ${doing}: ${reasonOf(error)}.`, { cause: error });
}

/** @param {unknown} error @returns {string} */
function reasonOf(error) {
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full. Free some space (Haven needs about 2 GB) and start again';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'it is not writable by this user';
    default:
      return messageOf(error);
  }
}
