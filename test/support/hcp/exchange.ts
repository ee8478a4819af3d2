/** What STS answers to a token, as the AWS provider tells it. */
export type Exchange =
  { readonly ok: true } | { readonly ok: false; readonly summary: string; readonly detail: string };

/** Takes a token to STS, as the AWS provider of a run does. */
export async function exchange(
  awsUrl: string,
  { roleArn, session, token }: { readonly roleArn: string; readonly session: string; readonly token: string },
): Promise<Exchange> {
  const reply = await fetch(awsUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      Action: 'AssumeRoleWithWebIdentity',
      Version: '2011-06-15',
      RoleArn: roleArn,
      RoleSessionName: session,
      WebIdentityToken: token,
    }).toString(),
  });
  const text = await reply.text();
  if (reply.ok) return { ok: true };
  const part = (tag: string): string => new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(text)?.[1] ?? '';
  const detail = `IAM Role (${roleArn}) cannot be assumed with web identity token.\n\noperation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: ${reply.status}, RequestID: ${part('RequestId')}, api error ${part('Code')}: ${part('Message').replaceAll('&apos;', "'")}`;
  return { ok: false, summary: 'Cannot assume IAM Role with web identity', detail };
}
