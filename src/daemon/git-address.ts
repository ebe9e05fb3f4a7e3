import { stalled } from '../engine/errors.ts';

/** Whether everybody on the way to an address can read along. */
export const isOpen = (url: string): boolean =>
  URL.canParse(url) &&
  /^(?:http|git):$/.test(new URL(url).protocol) &&
  !/^(?:localhost|127\..*|\[::1\])$/.test(new URL(url).hostname);

/** An address that git may be given, without anything secret in it. */
export function placeOf(url: string): string {
  if (/^(?:[\w.-]+@)?[\w.-]+:(?!\/\/)[^\s]+$/.test(url)) return url;
  if (!URL.canParse(url) || !/^(?:https?|ssh|git|file):$/.test(new URL(url).protocol))
    throw stalled(
      'BadAddress',
      'the address of the repository is none that git can follow: write https://host/group/name.git or git@host:group/name.git',
    );
  const { password, username, protocol } = new URL(url);
  if (password !== '' || (username !== '' && protocol !== 'ssh:'))
    throw stalled(
      'SecretInAddress',
      'the address of the repository holds a user name or password, which the list of processes would show: take it out, and set MCPGW_GIT_USER and MCPGW_GIT_TOKEN',
    );
  return url;
}
