"""Broken things that people hand in, each with the words that its refusal must hold."""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)

from certificates.keys import key_to_pem, new_key
from certificates.signing import make_request, sign_leaf, to_pem
from tests.certificates import crafted
from tests.certificates.outside import NOW, Outside

BEGIN, END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


@dataclass(frozen=True)
class Case:
    """What is handed in, made from a sound PKI, and parts of the reasons for its refusal."""

    name: str
    given: Callable[[Outside], dict[str, Any]]
    reasons: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


def _texts(**changes: Any) -> Callable[[Outside], dict[str, Any]]:
    """The sound texts, each change applied to the one it names."""
    def given(pki: Outside) -> dict[str, Any]:
        texts = pki.texts()
        return texts | {
            name: change(texts.get(name, ""), pki) if callable(change) else change
            for name, change in changes.items()
        }
    return given


def _leaf(**changes: Any) -> Callable[[Outside], dict[str, Any]]:
    """A leaf that was signed otherwise."""
    def given(pki: Outside) -> dict[str, Any]:
        made = {name: value(pki) if callable(value) else value for name, value in changes.items()}
        return pki.texts(pki.sign(**made)) | (
            {"key_pem": key_to_pem(made["key"])} if "key" in made else {}
        )
    return given


def _file(content: Callable[[Outside], bytes], **more: Any) -> Callable[[Outside], dict[str, Any]]:
    return lambda pki: {"file": content(pki), **more}


def _bundle(pki: Outside, password: bytes = b"open sesame") -> bytes:
    return pkcs12.serialize_key_and_certificates(
        b"reg", pki.key, pki.leaf, [pki.middle.certificate, pki.root.certificate],
        BestAvailableEncryption(password),
    )


def _der(pki: Outside) -> bytes:
    return pki.leaf.public_bytes(Encoding.DER)


def _flipped(pem: str) -> str:
    """One letter in the middle of the body replaced by another."""
    lines = pem.splitlines()
    lines[3] = lines[3][:10] + ("A" if lines[3][10] != "A" else "B") + lines[3][11:]
    return "\n".join(lines) + "\n"


def _locked_key(pki: Outside) -> str:
    return pki.key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame")
    ).decode()


def _many_rounds(pem: str) -> str:
    """An encrypted key that asks for two billion rounds before it opens."""
    body = base64.b64decode("".join(pem.splitlines()[1:-1]))
    at = re.search(rb"\x02\x02(..)", body[40:], re.DOTALL).start() + 40
    grown = body[:at] + b"\x02\x04\x7f\xff\xff\xff" + body[at + 4 :]
    # The lengths of what surrounds it no longer fit; a reader of rounds sees them all the same.
    text = base64.b64encode(grown).decode()
    return (
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
        + "\n".join(text[i : i + 64] for i in range(0, len(text), 64))
        + "\n-----END ENCRYPTED PRIVATE KEY-----\n"
    )


def _dsa_pem() -> str:
    return dsa.generate_private_key(2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ).decode()


def _openssh(pki: Outside) -> str:
    return pki.key.private_bytes(
        Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()
    ).decode()


def _public(pki: Outside) -> str:
    return pki.key.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    ).decode()


def _own(value: str) -> Callable[[str, Outside], str]:
    return lambda _text, _pki: value


_UNREADABLE = "cannot be read"
TEXTS = (
    Case("nothing", _texts(certificate_pem="", chain_pem="", key_pem=""), ("no PEM",)),
    Case("blanks", _texts(certificate_pem=" \r\n\t ", chain_pem=""), ("no PEM",)),
    Case("prose", _texts(certificate_pem="see attachment", chain_pem=""), ("no PEM",)),
    Case("chinese", _texts(certificate_pem="证书在附件里", chain_pem=""), ("no PEM",)),
    Case("html", _texts(certificate_pem="<html>login</html>", chain_pem=""), ("no PEM",)),
    Case("nul bytes", _texts(certificate_pem="\0" * 100, chain_pem=""), ("no PEM",)),
    Case("no marks", _texts(certificate_pem=lambda t, p: "".join(t.splitlines()[1:-1]),
                            chain_pem=""), ("BEGIN CERTIFICATE",)),
    Case("no end", _texts(certificate_pem=lambda t, p: t.replace(END, "")), ("has no end",)),
    Case("no begin", _texts(certificate_pem=lambda t, p: t.replace(BEGIN, "")),
         ("did not begin",)),
    Case("cut in the middle", _texts(certificate_pem=lambda t, p: t[:200]), ("has no end",)),
    Case("lines missing", _texts(certificate_pem=lambda t, p: "\n".join(
        t.splitlines()[:3] + t.splitlines()[6:])), (_UNREADABLE,)),
    Case("marks only", _texts(certificate_pem=f"{BEGIN}\n{END}\n"), (_UNREADABLE,)),
    Case("no base64", _texts(certificate_pem=f"{BEGIN}\n%%%%\n{END}\n"), (_UNREADABLE,)),
    Case("base64 of nonsense", _texts(certificate_pem=f"{BEGIN}\nbm9uc2Vuc2U=\n{END}\n"),
         (_UNREADABLE,)),
    Case("encoded twice", _texts(certificate_pem=lambda t, p: (
        f"{BEGIN}\n{base64.b64encode(t.encode()).decode()}\n{END}\n")), (_UNREADABLE,)),
    Case("other label", _texts(certificate_pem=lambda t, p: t.replace("CERTIFICATE", "MESSAGE"),
                               chain_pem=""), ("no certificate, but: MESSAGE",)),
    Case("mixed labels", _texts(certificate_pem=lambda t, p: t.replace(
        END, "-----END MESSAGE-----")), ("did not begin",)),
    Case("second one broken", _texts(chain_pem=lambda t, p: t[:40] + "!!" + t[42:]),
         ("Certificate 2", _UNREADABLE)),
    Case("a request", _texts(certificate_pem=lambda t, p: make_request(
        "reg", p.key, usage="server", names=["reg.corp.example"]), chain_pem=""),
        ("signing request, not the certificate",)),
    Case("a public key", _texts(certificate_pem=lambda t, p: _public(p), chain_pem=""),
         ("no certificate, but: PUBLIC KEY",)),
    Case("a revocation list label", _texts(
        certificate_pem="-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n", chain_pem=""),
        ("no certificate, but: X509 CRL",)),
    Case("key only", _texts(certificate_pem=lambda t, p: key_to_pem(p.key), chain_pem=""),
         ("no certificate, but: PRIVATE KEY",)),
    Case("broken bundle", _texts(
        certificate_pem="-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n", chain_pem=""),
        ("PKCS#7 bundle",)),
    Case("two MiB of text", _texts(certificate_pem="x" * (2 << 20)), ("longer than 1 MiB",)),
    Case("many begins", _texts(certificate_pem=f"{BEGIN}\n" * 30_000), ("has no end",)),
    Case("thirty certificates", _texts(chain_pem=lambda t, p: t * 15), ("31 certificates",)),
)
KEYS = (
    Case("no key", _texts(key_pem=""), ("private key is missing",)),
    Case("prose for a key", _texts(key_pem="in the vault"), ("holds no private key",)),
    Case("certificate for a key", _texts(key_pem=lambda t, p: to_pem(p.leaf)),
         ("holds no private key",)),
    Case("public key for a key", _texts(key_pem=lambda t, p: _public(p)),
         ("holds no private key",)),
    Case("key cut", _texts(key_pem=lambda t, p: t[:90]), ("has no end",)),
    Case("key damaged", _texts(key_pem=lambda t, p: t.replace(t.splitlines()[1][:8], "AAAAAAAA")),
         ("damaged or of a kind",)),
    Case("two keys", _texts(key_pem=lambda t, p: t + key_to_pem(new_key())), ("2 private keys",)),
    Case("ssh key", _texts(key_pem=lambda t, p: _openssh(p)), ("key of SSH",)),
    Case("someone else's key", _texts(key_pem=lambda t, p: key_to_pem(new_key())),
         ("belongs to another",)),
    Case("locked key, no password", _texts(key_pem=lambda t, p: _locked_key(p)),
         ("protected by a password",)),
    Case("locked key, wrong password", _texts(key_pem=lambda t, p: _locked_key(p),
                                              password="open barley"),
         ("cannot be opened with this password",)),
    Case("locked key, password of other letters", _texts(
        key_pem=lambda t, p: _locked_key(p), password="芝麻开门"),
        ("cannot be opened with this password",)),
    Case("locked key, too much work", _texts(
        key_pem=lambda t, p: _many_rounds(_locked_key(p)), password="open sesame"),
        ("rounds of work",)),
    Case("dsa key", _texts(key_pem=_own(_dsa_pem())), ("belongs to another",)),
    Case("endless key", _texts(key_pem="-----BEGIN PRIVATE KEY-----\n" + "A" * 9000
                               + "\n-----END PRIVATE KEY-----\n"), ("longer than any RSA key",)),
)
FILES = (
    Case("text file", _file(lambda p: b"nonsense"), ("PKCS#12 file cannot be opened",)),
    Case("zip file", _file(lambda p: b"PK\x03\x04" + bytes(500)), ("cannot be opened",)),
    Case("png", _file(lambda p: b"\x89PNG\r\n\x1a\n" + bytes(500)), ("cannot be opened",)),
    Case("zeros", _file(lambda p: bytes(4096)), ("cannot be opened",)),
    Case("2 MiB", _file(lambda p: bytes(2 << 20)), ("larger than 1 MiB",)),
    Case("der without key", _file(_der), ("private key is missing", "add the certificates up")),
    Case("der cut", _file(lambda p: _der(p)[:-30]), ("cannot be opened",)),
    Case("der with a tail", _file(lambda p: _der(p) + b"tail"), ("cannot be opened",)),
    Case("deep nesting", _file(lambda p: b"\x30\x80" * 100_000), ("cannot be opened",)),
    Case("utf-16 of nothing", _file(lambda p: "hello".encode("utf-16")), ("no PEM",)),
    Case("p12, no password", _file(_bundle), ("cannot be opened with this password",)),
    Case("p12, wrong password", _file(_bundle, password="open barley"),
         ("cannot be opened with this password",)),
    Case("p12 cut", _file(lambda p: _bundle(p)[:-100], password="open sesame"),
         ("cannot be opened",)),
    Case("p12, byte changed", _file(lambda p: bytes(
        byte ^ (at == 600) for at, byte in enumerate(_bundle(p))), password="open sesame"),
        ("cannot be opened",)),
    Case("p12 without certificate", _file(lambda p: pkcs12.serialize_key_and_certificates(
        b"reg", p.key, None, None, BestAvailableEncryption(b"open sesame")),
        password="open sesame"), ("holds no certificate",)),
    Case("p12 without key", _file(lambda p: pkcs12.serialize_java_truststore(
        [pkcs12.PKCS12Certificate(p.leaf, None)], BestAvailableEncryption(b"open sesame")),
        password="open sesame"), ("private key is missing",)),
    Case("p12, too much work", _file(lambda p: crafted.pkcs12_with_rounds(2_000_000_000),
                                     password="x"), ("rounds of work",)),
)
MEANINGS = (
    Case("expired", _leaf(now=NOW - timedelta(days=200)), ("ended on",)),
    Case("not begun", _leaf(now=NOW + timedelta(days=2)), ("is not valid before",)),
    Case("wrong name", _leaf(names=["other.example"]), ("not valid for reg.corp.example",)),
    Case("wildcard one level up", _leaf(names=["*.example"]), ("not valid for reg.corp",)),
    Case("no name", _leaf(names=[]), ("no subject alternative name",)),
    Case("10,000 names", _leaf(names=[f"n{i}.example" for i in range(10_000)]),
         ("10000 names",)),
    Case("for clients", _leaf(usage="client"), ("no serverAuth",)),
    Case("longer than the policy", _leaf(now=NOW - timedelta(days=1), days=5_000,
                                         signer=lambda p: p.long_root),
         ("5000 days; the policy allows 825", "is not known")),
    Case("rsa of 1024 bits", _leaf(
        key=lambda p: rsa.generate_private_key(65537, 1024)), ("1024 bits",)),  # noqa: S505
    Case("curve nobody knows", _leaf(key=lambda p: ec.generate_private_key(ec.SECP256K1())),
         ("secp256k1",)),
    Case("ed25519", _leaf(key=lambda p: ed25519.Ed25519PrivateKey.generate()),
         ("ed25519 keys",)),
    Case("signed with sha-1", lambda p: p.texts(crafted.signed_with_sha1(p)), ("sha1",)),
    Case("self-signed", lambda p: {"certificate_pem": to_pem(crafted.self_signed(p.key)),
                                   "key_pem": key_to_pem(p.key)}, ("self-signed",)),
    Case("an authority", lambda p: {
        "certificate_pem": to_pem(p.middle.certificate), "key_pem": key_to_pem(p.middle.key),
        "chain_pem": to_pem(p.root.certificate)}, ("It is an authority",)),
    Case("no issuer", _texts(chain_pem=""), ("is not known here",)),
    Case("root missing", lambda p: p.texts(None, p.middle.certificate), ("is not known here",)),
    Case("middle missing", lambda p: p.texts(None, p.root.certificate),
         ("does not belong to its chain", "is not known here")),
    Case("chain of another", lambda p: p.texts(None, *Outside().chain()),
         ("does not belong to its chain",)),
    Case("signature changed", _texts(
        certificate_pem=lambda t, p: crafted.signature_changed(p.leaf)),
        ("does not belong to its chain",)),
    Case("signed by a leaf", lambda p: p.texts(crafted.signed_by_leaf(p), p.leaf, *p.chain()),
         ("may not sign certificates",)),
    Case("middle expired", lambda p: crafted.below_expired_middle(p), ("“Old issuing” ended on",)),
    Case("everything at once", lambda p: p.texts(sign_leaf(
        "x", new_key("rsa-3072"), signer=p.root, names=["x.example"], addresses=[],
        usage="client", now=NOW - timedelta(days=400), days=30)) | {"chain_pem": ""},
        ("ended on", "belongs to another", "not valid for", "no serverAuth", "not known")),
)
CASES = (*TEXTS, *KEYS, *FILES, *MEANINGS)
