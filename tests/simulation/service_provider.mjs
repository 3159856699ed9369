// A service provider by others: @node-saml/node-saml. Reads one line of JSON with its options,
// writes the fields of a request; reads one line per answer, writes what it makes of it.
import { createInterface } from "node:readline";
import { SAML } from "@node-saml/node-saml";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const read = async () => JSON.parse((await lines.next()).value);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const saml = new SAML(await read());
say(await saml.getAuthorizeMessageAsync("zustand"));
for (;;) {
  const line = await lines.next();
  if (line.done) break;
  try {
    const { profile } = await saml.validatePostResponseAsync(JSON.parse(line.value));
    say({ profile });
  } catch (error) {
    say({ error: error.message });
  }
}
