// An independent OpenID provider (npm oidc-provider) for the tests: whoever comes is logged in
// at once. Started with the port as argument; prints "ready" when it listens.
import Provider from 'oidc-provider';

const port = Number(process.argv[2]);
const back = process.argv[3];
const publicKeys = JSON.parse(process.argv[4]);
const people = {
  'person-1': {
    given_name: 'Tjarko',
    family_name: 'Gerdes',
    email: 'tjarko@example.org',
    groups: ['rathaus-standesamt', 'alle'],
  },
};
const client = (id, method, more) => ({
  client_id: id,
  redirect_uris: [back],
  response_types: ['code'],
  grant_types: ['authorization_code'],
  token_endpoint_auth_method: method,
  ...more,
});

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    client('basic', 'client_secret_basic', { client_secret: 'a secret: with + and %' }),
    client('post', 'client_secret_post', {
      client_secret: 'another secret',
      id_token_signed_response_alg: 'ES256',
    }),
    client('key', 'private_key_jwt', {
      jwks: publicKeys,
      token_endpoint_auth_signing_alg: 'PS256',
      id_token_signed_response_alg: 'PS256',
    }),
  ],
  jwks: { keys: JSON.parse(process.argv[5]).keys },
  acrValues: ['urn:test:basic', 'urn:test:high'],
  claims: {
    acr: null,
    auth_time: null,
    iss: null,
    openid: ['sub'],
    profile: ['given_name', 'family_name', 'groups', 'amr'],
    email: ['email'],
  },
  cookies: { keys: ['only for tests'] },
  features: {
    devInteractions: { enabled: false },
    claimsParameter: { enabled: true },
  },
  pkce: { required: () => true },
  enabledJWA: {
    idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256'],
    clientAuthSigningAlgValues: ['PS256'],
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  async findAccount(ctx, id) {
    return { accountId: id, claims: async () => ({ sub: id, ...people[id] }) };
  },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const details = await provider.interactionDetails(ctx.req, ctx.res);
  const { prompt, params, session } = details;
  let result;
  if (params.ui_locales === 'abbruch') {
    result = { error: 'access_denied', error_description: 'cancelled' };
  } else if (prompt.name === 'login') {
    const asked = (params.acr_values || '').split(' ')[0]
      || JSON.parse(params.claims || '{}').id_token?.acr?.values?.[0]
      || 'urn:test:basic';
    const acr = params.ui_locales === 'schwach' ? 'urn:test:basic' : asked;
    result = { login: { accountId: 'person-1', acr, amr: ['pwd', 'mfa'] } };
  } else {
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result = { consent: { grantId: await grant.save() } };
  }
  await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
  ctx.respond = false;
});

provider.listen(port, '127.0.0.1', () => console.log('ready'));
