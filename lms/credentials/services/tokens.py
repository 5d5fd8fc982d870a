"""The signed document of a credential as a token. It follows from the document and its key: nothing is kept."""

import json

from lms.credentials.badges import jwt
from lms.credentials.queries import CredentialCard, DocumentCard
from lms.credentials.services.keys import signer_of


def token_of(card: CredentialCard, made: DocumentCard) -> str:
    """The token, byte for byte the same each time: the key that signed the document signs it too.

    Raises NotFound for a key that is no longer to be trusted: the next edition of the document stands for it.
    """
    _key, signer = signer_of(card.organisation_id, made.key_id)
    document = json.loads(made.json_text)
    return jwt.signed(document, signer, method=document["proof"][0]["verificationMethod"])
