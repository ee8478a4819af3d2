import type { ServerResponse } from 'node:http';
import type { AwsCall } from './awsCall';

/** Answers as AWS does where no policy allows a call, in the words of each protocol. */
export function refusal(
  { protocol, service }: AwsCall,
  action: string,
  resource: string,
  response: ServerResponse,
): void {
  const message = `User: arn:aws:sts::123456789012:assumed-role/prove/run is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
  const xml = (text: string): void => {
    response.writeHead(403, { 'content-type': 'text/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>${text}`);
  };
  const error = (code: string): string => `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  switch (protocol) {
    case 'ec2':
      xml(`<Response><Errors>${error('UnauthorizedOperation')}</Errors><RequestID>prove</RequestID></Response>`);
      return;
    case 'query':
      xml(`<ErrorResponse>${error('AccessDenied')}<RequestId>prove</RequestId></ErrorResponse>`);
      return;
    case 'rest-xml':
      if (service === 's3') xml(error('AccessDenied'));
      else xml(`<ErrorResponse>${error('AccessDenied')}<RequestId>prove</RequestId></ErrorResponse>`);
      return;
    case 'json':
      json(400, response, { __type: 'AccessDeniedException', message, Message: message });
      return;
    case 'rest-json':
    case 'smithy-rpc-v2-cbor':
      response.setHeader('x-amzn-errortype', 'AccessDeniedException');
      json(403, response, { message, Message: message });
      return;
  }
}

function json(status: number, response: ServerResponse, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}
