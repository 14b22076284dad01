"""A PKI outside of ours, for tests."""

from datetime import UTC, datetime

from certificates.keys import key_to_pem, new_key
from certificates.signing import Signer, sign_authority, sign_leaf, to_pem

NOW = datetime.now(UTC).replace(microsecond=0)


class Outside:
    """An enterprise PKI of two levels, and a leaf of it."""

    def __init__(self):
        root_key, middle_key, self.key = new_key(), new_key(), new_key()
        self.root = Signer(
            certificate=sign_authority("Corp root", root_key, now=NOW, days=900), key=root_key
        )
        self.middle = Signer(
            certificate=sign_authority(
                "Corp issuing", middle_key, now=NOW, days=800, signer=self.root
            ),
            key=middle_key,
        )
        self.leaf = self.sign()

    @property
    def long_root(self):
        """A root that lives for twenty years."""
        key = new_key()
        return Signer(certificate=sign_authority("Long root", key, now=NOW, days=7300), key=key)

    def chain(self):
        """What is above the leaf."""
        return self.middle.certificate, self.root.certificate

    def sign(self, **changes):
        values = {"signer": self.middle, "names": ["reg.corp.example"], "addresses": [],
                  "usage": "server", "now": NOW, "days": 90}
        return sign_leaf("reg.corp.example", changes.pop("key", self.key), **values | changes)

    def texts(self, leaf=None, *above):
        above = above or self.chain()
        return {"certificate_pem": to_pem(leaf or self.leaf), "key_pem": key_to_pem(self.key),
                "chain_pem": "".join(to_pem(part) for part in above)}
