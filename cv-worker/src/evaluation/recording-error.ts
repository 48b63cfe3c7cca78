/** A recording or data set cannot be used as it is; the message is a sentence for whoever named it. */
export class RecordingError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RecordingError';
  }
}
