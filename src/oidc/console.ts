/** A place in a text that leads to a page. */
export interface TextLink {
  /** Offsets in the text. */
  readonly start: number;
  readonly end: number;
  readonly url: string;
  readonly title: string;
}

/** Where the console of a partition is, of those that have one on the web (https://docs.aws.amazon.com/general/latest/gr/rande.html). */
const consoles: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
  'aws-cn': 'console.amazonaws.cn',
};

const roleArn = /\barn:(aws[\w-]*):iam::(\d{12}):role\/((?:[\w+=,.@-]+\/)*)([\w+=,.@-]{1,64})(?![\w+=,.@/*${-])/g;

/** Role ARNs of a text, each with the role's page in the console. An ARN that is made of an expression or has a wildcard names no role. */
export function roleLinks(text: string): readonly TextLink[] {
  return [...text.matchAll(roleArn)].flatMap(({ 0: arn, 1: partition = '', 2: account = '', 4: name = '', index }) => {
    const host = consoles[partition];
    if (host === undefined) return [];
    const url = `https://${host}/iam/home#/roles/details/${encodeURIComponent(name)}`;
    return [
      { start: index, end: index + arn.length, url, title: `Open role ${name} of account ${account} in the console` },
    ];
  });
}
