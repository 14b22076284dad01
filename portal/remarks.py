"""What a delivery finds otherwise than it was asked for: told, and left as it is."""

from operations.run import Run


def remark(run: Run, sentence: str) -> None:
    """To the log as a warning and to the request's page, once."""
    run.log(sentence, level="warning")
    request = run.subject
    request.refresh_from_db(fields=["remarks"])
    if sentence not in request.remarks:
        request.remarks = [*request.remarks, sentence]
        with run.hold.writing():
            request.save(update_fields=["remarks"])
