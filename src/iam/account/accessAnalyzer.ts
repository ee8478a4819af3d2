import {
  AccessAnalyzerClient,
  type AccessAnalyzerClientConfig,
  ValidatePolicyCommand,
  type ValidatePolicyCommandInput,
} from '@aws-sdk/client-accessanalyzer';
import { guardReplies } from './reply';

/** Only reached by a lazy `require`: a policy is sent to AWS with consent, and most users never send one. */
export function openAnalyzer(
  config: AccessAnalyzerClientConfig,
): (input: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<unknown> {
  const client = new AccessAnalyzerClient(config);
  guardReplies(client, 'json');
  return (input, signal) =>
    client.send(new ValidatePolicyCommand(input as unknown as ValidatePolicyCommandInput), { abortSignal: signal });
}
