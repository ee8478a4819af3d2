import { type ChosenIssuer, chosenIssuer } from '../../binding/gather/chosenIssuer';
import type { Hostname } from '../../oidc/names';
import type { CliContext } from '../command';
import { host } from '../option';
import { fetchOf } from './http';

export const issuerOption = host(
  'HOST',
  "the host that the tokens name as their issuer (default: what the host's discovery document says; Terraform Enterprise may have a second host name for it)",
);

export type { ChosenIssuer };

/** The issuer that was named (--issuer), or that the host's discovery document names. */
export const issuerFor = (context: CliContext, given: string | undefined, hostname: Hostname): Promise<ChosenIssuer> =>
  chosenIssuer(fetchOf(context), given, hostname, context.signal);
