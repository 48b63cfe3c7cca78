/** The data directory belongs to another running server. The message is a sentence for whoever starts this one. */
export class DataDirectoryInUseError extends Error {
  readonly directory: string;
  readonly pid: number;

  constructor(directory: string, pid: number) {
    super(
      `The data directory ${directory} is in use by the Haven server with process id ${pid}. Stop that server, or give this one a directory of its own with HAVEN_DATA_DIR.`,
    );
    this.name = 'DataDirectoryInUseError';
    this.directory = directory;
    this.pid = pid;
  }
}

/** The record store cannot be started. The message is a sentence that says what to do. */
export class StoreStartError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreStartError';
  }
}
