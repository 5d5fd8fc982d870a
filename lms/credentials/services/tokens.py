"""The signed document of a credential as a token. It follows from the document and its key: nothing is kept."""

import json

from lms.credentials import keyring
from lms.credentials.badges import jwt
from lms.credentials.queries import CredentialCard, DocumentCard
from lms.credentials.queries.keys import Purpose, keys_folder, keys_of
from lms.errors import NotFound


def token_of(card: CredentialCard, made: DocumentCard) -> str:
    """The token, byte for byte the same each time: the key that signed the document signs it too.

    Raises NotFound for a key that is no longer to be trusted: the next edition of the document stands for it.
    """
    keys = {one.id: one for one in keys_of(card.organisation_id, Purpose.BADGE)}
    key = keys.get(made.key_id)
    if key is None or key.compromised_at is not None:
        raise NotFound
    folder, passphrase = keys_folder()
    signer = keyring.held_signer(folder, keyring.name_of_public(key.badge_key), passphrase)
    document = json.loads(made.json_text)
    return jwt.signed(document, signer, method=document["proof"][0]["verificationMethod"])
