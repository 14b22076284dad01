"""Texts and files to download."""

from django.http import HttpResponse


def pem_file(text: str, name: str) -> HttpResponse:
    """`text` as an attachment."""
    return attachment(text, name, "application/x-pem-file")


def attachment(content: str | bytes, name: str, kind: str) -> HttpResponse:
    """A file to save; `name` may come from a certificate and is cut to safe letters."""
    safe = "".join(sign if sign.isascii() and sign.isalnum() or sign in ".-" else "_"
                   for sign in name)
    headers = {"Content-Disposition": f'attachment; filename="{safe}"'}
    return HttpResponse(content, content_type=kind, headers=headers)
