// Asks the device to make or to use a passkey, and sends what it answered with the form on the page.

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

async function make(options) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: known(options.excludeCredentials),
    },
  });
  return {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: {
      attestationObject: text(made.response.attestationObject),
      clientDataJSON: text(made.response.clientDataJSON),
      transports: made.response.getTransports ? made.response.getTransports() : null,
    },
    extensions: JSON.stringify(made.getClientExtensionResults()),
  };
}

async function use(options) {
  const used = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: known(options.allowCredentials),
    },
  });
  const response = {
    authenticatorData: text(used.response.authenticatorData),
    clientDataJSON: text(used.response.clientDataJSON),
    signature: text(used.response.signature),
  };
  if (used.response.userHandle && used.response.userHandle.byteLength) {
    response.userHandle = text(used.response.userHandle);
  }
  return { id: used.id, rawId: text(used.rawId), type: used.type, response };
}

const form = document.querySelector("form[data-passkey]");
const status = form.querySelector("[data-status]");

async function ask() {
  try {
    const options = JSON.parse(form.dataset.options);
    const answer = form.dataset.passkey === "make" ? await make(options) : await use(options);
    form.elements.credential.value = JSON.stringify(answer);
    form.submit();
  } catch (error) {
    status.textContent = form.dataset.stopped;
    console.info("passkey:", error.name);
  }
}

form.querySelector("[data-ask]").addEventListener("click", ask);
ask();
