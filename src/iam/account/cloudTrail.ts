import { CloudTrailClient, type CloudTrailClientConfig, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { guardReplies } from './reply';

/** Only reached by a lazy `require`: CloudTrail is asked with consent, and most users never ask it. */
export function openTrail(
  config: CloudTrailClientConfig,
): (input: Readonly<Record<string, unknown>>, signal: AbortSignal) => Promise<unknown> {
  const client = new CloudTrailClient(config);
  guardReplies(client, 'json');
  return (input, signal) => client.send(new LookupEventsCommand(input), { abortSignal: signal });
}
