/** An error as IAM or STS reports it: code, sentence, HTTP status. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
    this.name = code;
  }
}

export const noSuchEntity = (message: string): AwsError => new AwsError('NoSuchEntity', message, 404);
export const alreadyExists = (message: string): AwsError => new AwsError('EntityAlreadyExists', message, 409);
export const limitExceeded = (message: string): AwsError => new AwsError('LimitExceeded', message, 409);
export const malformed = (message: string): AwsError => new AwsError('MalformedPolicyDocument', message, 400);
export const invalidInput = (message: string): AwsError => new AwsError('InvalidInput', message, 400);
export const deleteConflict = (message: string): AwsError => new AwsError('DeleteConflict', message, 409);
export const validationError = (message: string): AwsError => new AwsError('ValidationError', message, 400);
