// Passkeys and comfort of the account pages. Without it everything works but passkeys.
"use strict";
for (const button of document.querySelectorAll("[data-rh-reveal]")) {
  const input = document.getElementById(button.dataset.rhReveal);
  if (!input) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", String(show));
  });
  // A shown password must not end up in the browser's list of earlier entries.
  input.form?.addEventListener("submit", () => { input.type = "password"; });
}

const SHORTEST = 12;
for (const note of document.querySelectorAll("[data-rh-length]")) {
  const input = document.getElementById(note.dataset.rhLength);
  input?.addEventListener("input", () => {
    const missing = SHORTEST - input.value.length;
    if (!input.value) note.textContent = "";
    else if (missing > 0) note.textContent = note.dataset.rhShort.replace("%n", missing);
    else note.textContent = note.dataset.rhEnough;
  });
}

const toBytes = (text) => Uint8Array.from(
  atob(text.replaceAll("-", "+").replaceAll("_", "/").padEnd(Math.ceil(text.length / 4) * 4, "=")),
  (char) => char.charCodeAt(0));
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const withId = (entry) => ({ ...entry, id: toBytes(entry.id) });

async function create(options) {
  const key = options.publicKey;
  const made = await navigator.credentials.create({ publicKey: {
    ...key,
    challenge: toBytes(key.challenge),
    user: withId(key.user),
    excludeCredentials: (key.excludeCredentials ?? []).map(withId),
  } });
  return {
    id: made.id, rawId: toText(made.rawId), type: made.type,
    authenticatorAttachment: made.authenticatorAttachment,
    clientExtensionResults: made.getClientExtensionResults(),
    response: {
      clientDataJSON: toText(made.response.clientDataJSON),
      attestationObject: toText(made.response.attestationObject),
      transports: made.response.getTransports?.() ?? [],
    },
  };
}

async function get(options) {
  const key = options.publicKey;
  const found = await navigator.credentials.get({ publicKey: {
    ...key,
    challenge: toBytes(key.challenge),
    allowCredentials: (key.allowCredentials ?? []).map(withId),
  } });
  return {
    id: found.id, rawId: toText(found.rawId), type: found.type,
    authenticatorAttachment: found.authenticatorAttachment,
    clientExtensionResults: found.getClientExtensionResults(),
    response: {
      clientDataJSON: toText(found.response.clientDataJSON),
      authenticatorData: toText(found.response.authenticatorData),
      signature: toText(found.response.signature),
      userHandle: found.response.userHandle ? toText(found.response.userHandle) : null,
    },
  };
}

async function optionsOf(form) {
  const given = form.querySelector('script[type="application/json"]');
  if (given) return JSON.parse(given.textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).request_options;
}

for (const form of document.querySelectorAll("form[data-rh-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  const button = form.querySelector("button[type=submit]");
  const failed = form.querySelector("[data-rh-passkey-failed]");
  form.querySelector("[data-rh-passkey-missing]").hidden = true;
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    button.disabled = true;
    try {
      const options = await optionsOf(form);
      const ask = form.dataset.rhPasskey === "create" ? create : get;
      form.elements.credential.value = JSON.stringify(await ask(options));
      HTMLFormElement.prototype.submit.call(form);
    } catch {
      failed.hidden = false;
      button.disabled = false;
    }
  });
}
