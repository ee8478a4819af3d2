/** Arguments of a provider block or backend that hold or name credentials. */
export const keyArguments = ['access_key', 'secret_key', 'token'] as const;

export const fileArguments = [
  'shared_config_files',
  'shared_config_file',
  'shared_credentials_files',
  'shared_credentials_file',
] as const;
