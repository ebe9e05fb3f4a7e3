// Makes one gateway of the local AWS look like one in each of many accounts, without the weight of them: what AWS
// answered once about it is answered again, with another account in it. An account is known by the role that is assumed.
import { createServer, request as send } from 'node:http';

/** The account of the gateway that there is. */
export const OWN = '123456789012';
const KEY = 'ASIABENCH';
const HOUR = 3_600_000;

/** The account with this number; as long as any other, so that no answer changes its length. */
export const accountOf = (number) => String(700_000_000_000 + number);

/**
 * @param {string} target the local AWS
 * @returns its address, and the calls that came, each with its account and when it came
 */
export async function startAccounts(target) {
  const answers = new Map();
  const calls = [];
  const server = createServer((request, response) => {
    pass(request, response).catch((error) => response.writeHead(599).end(String(error)));
  });

  async function pass(request, response) {
    const { method, headers } = request;
    const body = Buffer.concat(await request.toArray()).toString('latin1');
    const action = headers['x-amz-target'] ?? /(?:^|&)Action=(\w+)/.exec(body)?.[1] ?? `${method} ${request.url}`;
    const role = /arn%3Aaws%3Aiam%3A%3A(\d{12})%3Arole/.exec(body)?.[1];
    if (action === 'AssumeRole' && role !== undefined) return response.end(credentialsOf(role));
    const account = new RegExp(`Credential=${KEY}(\\d{12})/`).exec(headers.authorization ?? '')?.[1] ?? OWN;
    calls.push({ account, action, at: performance.now() });
    const asked = { method, url: request.url.replaceAll(account, OWN), body: body.replaceAll(account, OWN) };
    const key = [asked.method, asked.url, action, asked.body].join('\n');
    let answer = answers.get(key);
    if (answer === undefined) answers.set(key, (answer = forward(asked, headers)));
    const { status, headers: said, text } = await answer;
    const { connection: _, 'transfer-encoding': __, 'content-length': ___, ...kept } = said;
    response.writeHead(status, kept).end(Buffer.from(text.replaceAll(OWN, account), 'latin1'));
  }

  function forward({ method, url, body }, { 'x-amz-security-token': _, 'content-length': __, ...headers }) {
    return new Promise((resolve, reject) => {
      const onward = send(new URL(url, target), { method, headers, agent: false }, (answer) => {
        answer.toArray().then((parts) => {
          const text = Buffer.concat(parts).toString('latin1');
          resolve({ status: answer.statusCode, headers: answer.headers, text });
        }, reject);
      });
      onward.on('error', reject);
      onward.end(Buffer.from(body, 'latin1'));
    });
  }

  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    calls,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const credentialsOf = (
  account,
) => `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
  <Credentials><AccessKeyId>${KEY}${account}</AccessKeyId><SecretAccessKey>none</SecretAccessKey>
  <SessionToken>none</SessionToken><Expiration>${new Date(Date.now() + HOUR).toISOString()}</Expiration></Credentials>
  <AssumedRoleUser><AssumedRoleId>AROA:bench</AssumedRoleId><Arn>arn:aws:sts::${account}:assumed-role/bench/bench</Arn></AssumedRoleUser>
  </AssumeRoleResult></AssumeRoleResponse>`;
