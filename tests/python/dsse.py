"""A second opinion on signatures: DSSE by securesystemslib, which shares no code with the host.

    dsse.py verify PACKAGE THRESHOLD PUBLIC_KEY...   the ids of the keys whose signatures stand
    dsse.py sign PACKAGE PRIVATE_KEY STATEMENT       an envelope beside the package
    dsse.py key PRIVATE_KEY PUBLIC_KEY               a new key pair
"""

import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner, SSlibKey

PAYLOAD_TYPE = "application/vnd.in-toto+json"


def named(public):
    """The key under the id that the host gives it: the SHA-256 of its 32 bytes."""
    raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return SSlibKey.from_crypto(public, keyid=hashlib.sha256(raw).hexdigest())


def beside(package):
    return Path(package + ".dsse")


def verify(package, threshold, *keys):
    envelope = Envelope.from_dict(json.loads(beside(package).read_text()))
    assert envelope.payload_type == PAYLOAD_TYPE, envelope.payload_type
    keys = [named(serialization.load_pem_public_key(Path(key).read_bytes())) for key in keys]
    accepted = envelope.verify(keys, int(threshold))
    statement = json.loads(envelope.payload)
    [subject] = statement["subject"]
    digest = hashlib.sha256(Path(package).read_bytes()).hexdigest()
    assert subject["digest"] == {"sha256": digest}, subject
    print(json.dumps({"keys": sorted(accepted), "statement": statement}))


def sign(package, private, statement):
    private = serialization.load_pem_private_key(Path(private).read_bytes(), None)
    signer = CryptoSigner(private, named(private.public_key()))
    envelope = Envelope(statement.encode(), PAYLOAD_TYPE, {})
    envelope.sign(signer)
    text = json.dumps(envelope.to_dict(), sort_keys=True, separators=(",", ":"))
    beside(package).write_text(text + "\n")


def key(private, public):
    made = Ed25519PrivateKey.generate()
    pem = serialization.Encoding.PEM
    none = serialization.NoEncryption()
    Path(private).write_bytes(made.private_bytes(pem, serialization.PrivateFormat.PKCS8, none))
    Path(public).write_bytes(made.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))


if __name__ == "__main__":
    {"verify": verify, "sign": sign, "key": key}[sys.argv[1]](*sys.argv[2:])
