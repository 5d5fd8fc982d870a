// Checks papers as lms/credentials/paper.py does: PSC1 statements, and PSL1 status lists.
const HEAD = "PSC1:", SIGNATURE = 64, LONGEST_BODY = 4096, DAY = 86400000, FRESH_FOR = 7 * DAY;
const ENTRIES = 131072, LONGEST_LIST = 8 * ENTRIES;
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const bytesOf = text => new TextEncoder().encode(text);

// --- texts and bytes

function unbase45(text) {
  const bytes = [];
  for (let place = 0; place < text.length; place += 3) {
    const group = [...text.slice(place, place + 3)].map(letter => ALPHABET.indexOf(letter));
    const number = group.reduce((sum, value, power) => sum + value * 45 ** power, 0);
    if (group.includes(-1) || group.length === 1 || number > (group.length === 3 ? 0xffff : 0xff)) throw new Error("base45");
    bytes.push(...(group.length === 3 ? [number >> 8, number & 255] : [number]));
  }
  return new Uint8Array(bytes);
}

function unbase64(text) {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(plain), letter => letter.charCodeAt(0));
}

// The 32 bytes of a key that is written as z6Mk…
function keyOf(multibase) {
  let number = 0n;
  for (const letter of multibase.slice(1)) {
    const value = BASE58.indexOf(letter);
    if (value < 0) throw new Error("base58");
    number = number * 58n + BigInt(value);
  }
  const hex = number.toString(16).padStart(68, "0");
  if (multibase[0] !== "z" || hex.length !== 68 || !hex.startsWith("ed01")) throw new Error("key");
  return Uint8Array.from(hex.slice(4).match(/../g), pair => parseInt(pair, 16));
}

async function unpacked(bytes, format, longest) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    const {done, value} = await reader.read();
    if (done) break;
    length += value.length;
    if (length > longest) {
      await reader.cancel();
      throw new Error("too long");
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

// --- signatures

async function isSigned(signature, text, key) {
  try {
    const imported = await crypto.subtle.importKey("raw", key, {name: "Ed25519"}, false, ["verify"]);
    return await crypto.subtle.verify({name: "Ed25519"}, imported, signature, text);
  } catch {
    // this browser's own cryptography does not know Ed25519
    return ed25519.verifyAsync(signature, text, key, {zip215: false}).catch(() => false);
  }
}

async function nameOfKey(key) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", key));
  return [...digest.slice(0, 4)].map(byte => byte.toString(16).padStart(2, "0")).join("");
}

// --- papers

async function read(text) {
  const code = text.trim().toUpperCase();
  if (!code.startsWith(HEAD)) throw new Error("not a code");
  const data = unbase45(code.slice(HEAD.length));
  const body = data.slice(SIGNATURE);
  const plain = new TextDecoder("utf-8", {fatal: true}).decode(await unpacked(body, "deflate", LONGEST_BODY));
  const fields = JSON.parse(plain);
  if (!Array.isArray(fields) || fields.length !== 8) throw new Error("not a statement");
  const [key, number, name, title, issued, until, list, index] = fields;
  if (![issued, until || issued].every(day => /^\d{4}-\d\d-\d\d$/.test(day))) throw new Error("not a statement");
  if (!Number.isInteger(list) || !Number.isInteger(index)) throw new Error("not a statement");
  const signed = new Uint8Array([...bytesOf(HEAD), ...body]);
  return {says: {key, number, name, title, issued, until, list, index}, signature: data.slice(0, SIGNATURE), signed};
}

async function issuerOf(bundle, wanted) {
  for (const issuer of bundle.issuers) {
    for (const text of issuer.keys ?? []) {
      const key = keyOf(text);
      if (await nameOfKey(key) === wanted) return [issuer, key];
    }
  }
  return [null, null];
}

// Whether the paper's entry is set, and as of when; null when no list that can be trusted says so.
async function statusOf(issuer, says) {
  try {
    const form = issuer.lists[String(says.list)];
    if (form.list !== says.list) return [false, null];
    const text = bytesOf(`PSL1\n${issuer.did}\n${form.list}\n${form.made_at}\n${form.bits}\n`);
    const signature = unbase64(form.signature);
    const right = await Promise.all(issuer.keys.map(key => isSigned(signature, text, keyOf(key))));
    if (!right.includes(true) || form.bits[0] !== "u") return [false, null];
    const bits = await unpacked(unbase64(form.bits.slice(1)), "gzip", LONGEST_LIST);
    const at = Date.parse(form.made_at);
    if (bits.length < ENTRIES / 8 || says.index < 0 || says.index >= bits.length * 8 || Number.isNaN(at)) return [false, null];
    return [Boolean(bits[says.index >> 3] & (0x80 >> (says.index & 7))), at];
  } catch {
    return [false, null];
  }
}

// The day where the issuer is: a paper is in force to the end of its last day there.
function dayThere(issuer, at) {
  try {
    const parts = new Intl.DateTimeFormat("en", {timeZone: issuer.zone || "UTC", year: "numeric", month: "2-digit", day: "2-digit"}).formatToParts(at);
    const part = kind => parts.find(one => one.type === kind).value;
    return `${part("year")}-${part("month")}-${part("day")}`;
  } catch {
    return new Date(at).toISOString().slice(0, 10);
  }
}

async function checked(text, bundle, at) {
  let paper;
  try {
    paper = await read(text);
  } catch {
    return {verdict: "unreadable"};
  }
  const {says, signature, signed} = paper;
  const [issuer, key] = await issuerOf(bundle, says.key);
  if (!issuer) return {verdict: "not_ours"};
  if (!await isSigned(signature, signed, key)) return {verdict: "altered"};
  const [isRevoked, asOf] = await statusOf(issuer, says);
  const answer = {says, issuer: issuer.name, asOf};
  if (isRevoked) return {verdict: "revoked", ...answer};
  if (says.until && dayThere(issuer, at) > says.until) return {verdict: "expired", ...answer};
  if (asOf === null || at - asOf > FRESH_FOR || asOf - at > DAY) return {verdict: "status_unknown", ...answer};
  return {verdict: "valid", ...answer};
}

// --- words

const TICK = "M5 12.5l4.5 4.5L19 7.5", CROSS = "M7 7l10 10M17 7L7 17", CLOCK = "M12 7v5l3.5 2", ASK = "M9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1 1-1.1 1.8M12 17h.01";
const LOOKS = {valid: ["ok", TICK], expired: ["wait", CLOCK], revoked: ["stop", CROSS], altered: ["stop", CROSS], not_ours: ["stop", CROSS], unreadable: ["wait", ASK], status_unknown: ["wait", ASK]};
const WORDS = {
  en: {
    title: "Check a certificate without network",
    valid: ["Valid", "The issuer signed this paper, and it is in force."],
    expired: ["Expired", "The issuer signed this paper. Its last day is past."],
    revoked: ["Revoked", "The issuer signed this paper and took it back later."],
    altered: ["Altered", "This is not what the issuer signed. Do not rely on it."],
    not_ours: ["Not ours", "No issuer that this page knows has signed this paper."],
    unreadable: ["Cannot be read", "This is not the code of a certificate, or a part of it is missing. Copy the whole text and try again."],
    status_unknown: ["Cannot be checked now", "The issuer signed this paper, but the list of what was taken back is missing or more than 7 days old. Load newer keys and lists, then check again."],
    name: "Name", credential: "Credential", number: "Number", issued: "Issued", until: "In force until", endless: "no end", issuer: "Issuer", asOf: "As of",
    held: at => `From ${at}, for ${count} ${count === 1 ? "issuer" : "issuers"}.`, old: "They are more than 7 days old: papers that were taken back since are not known here. Load newer ones.",
    none: "There are no keys in this page. Load them from a file.", loaded: "The newer keys and lists are in use.", notBundle: "This file holds no keys and lists. Choose the file bundle.json.",
    noCode: "No code was found in this picture. Go nearer to the small square, in good light, and try again.", noCamera: "The camera could not be used. Choose a picture, or paste the text of the code.",
  },
  es: {
    title: "Compruebe un certificado sin conexión",
    valid: ["Válido", "El emisor firmó este documento y está vigente."],
    expired: ["Vencido", "El emisor firmó este documento. Su último día ya pasó."],
    revoked: ["Revocado", "El emisor firmó este documento y después lo retiró."],
    altered: ["Alterado", "Esto no es lo que firmó el emisor. No se fíe de este documento."],
    not_ours: ["No es nuestro", "Ningún emisor que esta página conoce ha firmado este documento."],
    unreadable: ["No se puede leer", "Este no es el código de un certificado, o le falta una parte. Copie el texto completo e inténtelo de nuevo."],
    status_unknown: ["No se puede comprobar ahora", "El emisor firmó este documento, pero la lista de lo que se retiró falta o tiene más de 7 días. Cargue claves y listas más nuevas y compruebe otra vez."],
    name: "Nombre", credential: "Credencial", number: "Número", issued: "Emitido", until: "Vigente hasta", endless: "sin fecha de fin", issuer: "Emisor", asOf: "Datos del",
    held: at => `Del ${at}, de ${count} ${count === 1 ? "emisor" : "emisores"}.`, old: "Tienen más de 7 días: aquí no se sabe qué documentos se retiraron desde entonces. Cargue datos más nuevos.",
    none: "Esta página no contiene claves. Cárguelas de un archivo.", loaded: "Ya se usan las claves y listas más nuevas.", notBundle: "Este archivo no contiene claves ni listas. Elija el archivo bundle.json.",
    noCode: "No se encontró ningún código en esta foto. Acérquese al cuadro pequeño, con buena luz, e inténtelo de nuevo.", noCamera: "No se pudo usar la cámara. Elija una foto o pegue el texto del código.",
  },
};

// --- the page

document.documentElement.classList.remove("still");
const at = id => document.getElementById(id);
let language = "en", shown = [], bundle = {issuers: []}, count = 0, says = {};
const words = () => WORDS[language];
const moment = when => new Intl.DateTimeFormat(language, {dateStyle: "medium", timeStyle: "short"}).format(when);
const day = text => new Intl.DateTimeFormat(language, {dateStyle: "medium", timeZone: "UTC"}).format(new Date(`${text}T00:00:00Z`));

function made(tag, text, ...inside) {
  const one = document.createElement(tag);
  if (text) one.textContent = text;
  one.append(...inside);
  return one;
}

function drawn(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), line = document.createElementNS("http://www.w3.org/2000/svg", "path"), ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const [name, value] of [["cx", 12], ["cy", 12], ["r", 10]]) ring.setAttribute(name, value);
  line.setAttribute("d", path);
  svg.append(ring, line);
  return svg;
}

function card(answer) {
  const [kind, path] = LOOKS[answer.verdict], [word, sentence] = words()[answer.verdict];
  const one = made("li", "", drawn(path), made("h3", word), made("p", sentence));
  one.className = `paper ${kind}`;
  one.dataset.verdict = answer.verdict;
  if (answer.says) {
    const told = answer.says, facts = [["name", told.name], ["credential", told.title], ["number", told.number], ["issued", day(told.issued)], ["until", told.until ? day(told.until) : words().endless], ["issuer", answer.issuer]];
    if (answer.asOf) facts.push(["asOf", moment(answer.asOf)]);
    one.append(made("dl", "", ...facts.flatMap(([name, value]) => [made("dt", words()[name]), made("dd", String(value))])));
  }
  return one;
}

function redraw() {
  document.documentElement.lang = language;
  document.title = words().title;
  for (const button of document.querySelectorAll("[data-language]")) button.setAttribute("aria-pressed", String(button.dataset.language === language));
  if (shown.length) {
    const list = made("ul", "", ...shown.map(card));
    list.className = "papers";
    at("verdicts").replaceChildren(list);
  } else if (says.verdicts) at("verdicts").replaceChildren(made("p", words()[says.verdicts]));
  count = bundle.issuers.length;
  const when = Date.parse(bundle.made_at);
  const isOld = !(Date.now() - when <= FRESH_FOR);
  at("bundle-state").textContent = count ? `${words().held(moment(when))} ${isOld ? words().old : ""}` : words().none;
  at("newer-state").textContent = says.newer ? words()[says.newer] : "";
}

async function check(texts) {
  const now = Date.now();
  shown = [];
  says.verdicts = "";
  at("verdicts").replaceChildren();
  for (const text of texts) shown.push(await checked(text, bundle, now));
  redraw();
  at("verdicts").scrollIntoView({block: "nearest"});
}

function told(sentence) {
  shown = [];
  says.verdicts = sentence;
  redraw();
}

function isBundle(value) {
  return value?.format === "PSC1" && Array.isArray(value.issuers) && !Number.isNaN(Date.parse(value.made_at));
}

at("typed").addEventListener("submit", event => {
  event.preventDefault();
  const lines = at("code").value.split("\n").filter(line => line.trim());
  check(lines.length ? lines : [""]);
});

at("newer").addEventListener("change", async event => {
  const [file] = event.target.files;
  if (!file) return;
  try {
    const value = JSON.parse(await file.text());
    if (!isBundle(value)) throw new Error("not a bundle");
    bundle = value;
    says.newer = "loaded";
  } catch {
    says.newer = "notBundle";
  }
  event.target.value = "";  // so that the same file can be chosen again
  redraw();
});

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    language = button.dataset.language;
    redraw();
  });
}

// --- pictures

let detector = null, stream = null;

async function codesIn(source) {
  const found = (await detector.detect(source)).map(one => one.rawValue).filter(text => text.toUpperCase().startsWith(HEAD));
  if (found.length) await check(found);
  return found.length > 0;
}

function stopCamera() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  at("view").hidden = at("stop").hidden = true;
  at("camera").hidden = false;
}

async function watch() {
  if (!stream) return;
  if (await codesIn(at("view")).catch(() => false)) stopCamera();
  else setTimeout(watch, 250);
}

at("picture").addEventListener("change", async event => {
  const [file] = event.target.files;
  if (!file) return;
  const isFound = await createImageBitmap(file).then(codesIn).catch(() => false);
  if (!isFound) told("noCode");
  event.target.value = "";
});

at("camera").addEventListener("click", async () => {
  try {
    stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: "environment"}});
    at("view").srcObject = stream;
    at("view").hidden = at("stop").hidden = false;
    at("camera").hidden = true;
    await at("view").play();
    watch();
  } catch {
    stopCamera();
    told("noCamera");
  }
});
at("stop").addEventListener("click", stopCamera);

// --- begin

try {
  const value = JSON.parse(at("bundle").textContent);
  if (isBundle(value)) bundle = value;
} catch { /* the page says that it has no keys */ }
const asked = new URLSearchParams(location.search).get("lang") ?? navigator.language.slice(0, 2);
language = asked in WORDS ? asked : "en";
at("saving").hidden = !location.protocol.startsWith("http");
const formats = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats().catch(() => []) : [];
if (formats.includes("qr_code")) detector = new BarcodeDetector({formats: ["qr_code"]});
at("pictures").hidden = !detector;
at("no-pictures").hidden = Boolean(detector);
at("camera").hidden = !navigator.mediaDevices?.getUserMedia;
redraw();
document.documentElement.dataset.ready = "yes";
