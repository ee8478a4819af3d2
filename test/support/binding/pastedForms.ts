import {
  nbsp,
  role,
  cut,
  colours,
  v1,
  denied,
  cannotAssume,
  refreshed,
  s3Denied,
  boxed,
  structured,
  type Pasted,
} from './textForms';

export const pastedForms: readonly Pasted[] = [
  { name: 'boxed, wrapped by Terraform', mode: 1, not: [16], text: boxed(cannotAssume(`api error ${denied}`, 403)) },
  { name: 'boxed in a narrow window', mode: 1, not: [16], text: boxed(cannotAssume(`api error ${denied}`, 403), 40) },
  { name: 'cut at 80 columns', mode: 1, not: [16], text: cut(cannotAssume(`api error ${denied}`, 403)) },
  ...[61, 72, 97, 120].map(width => ({
    name: `cut at ${width} columns`,
    mode: 1,
    not: [16],
    text: cut(refreshed(`api error ${denied}`, 403), width),
  })),
  { name: 'coloured', mode: 1, not: [16], text: colours(cannotAssume(`api error ${denied}`, 403)) },
  {
    name: 'Windows line ends',
    mode: 1,
    not: [16],
    text: boxed(refreshed(`api error ${denied}`, 403)).replaceAll('\n', '\r\n'),
  },
  {
    name: 'old Mac line ends',
    mode: 1,
    not: [16],
    text: boxed(refreshed(`api error ${denied}`, 403)).replaceAll('\n', '\r'),
  },
  { name: 'from a browser, with non-breaking spaces', mode: 1, not: [16], text: denied.replaceAll(' ', nbsp) },
  {
    name: 'from a browser, with HTML entities',
    mode: 7,
    text: 'InvalidIdentityToken: Couldn&#39;t retrieve verification key from your identity provider',
  },
  {
    name: 'with typographic quotes',
    mode: 7,
    text: 'InvalidIdentityToken: Couldn’t retrieve verification key from your identity provider',
  },
  {
    name: 'SDK v1',
    mode: 1,
    not: [16],
    text: `Error: error configuring Terraform AWS Provider: IAM Role (${role}) cannot be assumed.\n\nThere are a number of possible causes of this.\n\nError: WebIdentityErr: failed to retrieve credentials\ncaused by: ${v1(denied)}\n`,
  },
  {
    name: 'AWS CLI',
    mode: 1,
    not: [16],
    text: `\nAn error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform sts:AssumeRoleWithWebIdentity\n`,
  },
  {
    name: 'XML of STS in a debug log',
    mode: 1,
    not: [16],
    text: `2026-11-24T10:00:00.123Z [DEBUG] provider.terraform-provider-aws_v6.0.0_x5: HTTP Response Received: http.response.body="<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>" http.status_code=403`,
  },
  {
    name: 'structured run output',
    mode: 1,
    not: [16],
    text: structured('Cannot assume IAM Role with web identity', cannotAssume(`api error ${denied}`, 403)),
  },
  {
    name: 'structured run output behind time stamps',
    mode: 6,
    text: structured(
      'No valid credential sources found',
      refreshed('api error InvalidIdentityToken: Incorrect token audience'),
    ).replace(/^/gm, '2026-11-24T10:00:00.1234567Z '),
  },
  {
    name: 'GitHub Actions log',
    mode: 1,
    not: [16],
    text: boxed(cannotAssume(`api error ${denied}`, 403)).replace(/^/gm, '2026-11-24T10:00:00.1234567Z '),
  },
  {
    name: 'quoted in an e-mail',
    mode: 1,
    not: [16],
    text: boxed(cannotAssume(`api error ${denied}`, 403)).replace(/^/gm, '> '),
  },
  {
    name: 'frame in the wrong character set',
    mode: 1,
    not: [16],
    text: boxed(cannotAssume(`api error ${denied}`, 403))
      .replaceAll('│', 'â”‚')
      .replaceAll('╷', 'â•·')
      .replaceAll('╵', 'â•µ'),
  },
  {
    name: 'one JSON string of an API',
    mode: 5,
    text: `{"errors":[{"status":"422","title":"invalid attribute","detail":"${v1('InvalidIdentityToken: No OpenIDConnect provider found in your account for https://app.terraform.io', 400).replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"}]}`,
  },
  {
    name: 'copied out of JSON with its escapes',
    mode: 16,
    not: [1],
    text: s3Denied.replaceAll('"', '\\"').replace(', RequestID', ',\\nRequestID'),
  },
  {
    name: 'an event of CloudTrail',
    mode: 1,
    not: [16],
    text: JSON.stringify(
      {
        Records: [
          {
            eventSource: 'sts.amazonaws.com',
            eventName: 'AssumeRoleWithWebIdentity',
            awsRegion: 'eu-central-1',
            errorCode: 'AccessDenied',
            errorMessage: 'An unknown error occurred',
            userIdentity: {
              type: 'WebIdentityUser',
              userName: 'organization:acme:project::workspace:prod:run_phase:plan',
            },
          },
        ],
      },
      null,
      2,
    ),
  },
  {
    name: 'last line alone',
    mode: 1,
    not: [16],
    text: 'authorized to perform sts:AssumeRoleWithWebIdentity\n╵'.replace(/^/, 'Not '),
  },
  {
    name: 'by a resource control policy',
    mode: 16,
    not: [18],
    text: 'api error AccessDenied: User: arn:aws:sts::123456789012:assumed-role/x is not authorized to perform: sts:AssumeRoleWithWebIdentity on resource: arn:aws:iam::123456789012:role/tfc-plan with an explicit deny in a resource control policy',
  },
];
