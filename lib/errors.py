"""What may go wrong with the outside world, said to the person who must act."""


class ServiceError(Exception):
    """Something outside refused, failed or could not be reached.

    `message` is one sentence: what failed, on what. `advice` says what to do about it.
    `detail` is the raw text of the other side, shown folded; it never carries a secret.
    """

    def __init__(self, message: str, *, advice: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice
        self.detail = detail


class GaveUp(ServiceError):
    """A wait reached its own limit."""


class Unreachable(ServiceError):
    """No answer came. `kind` is one of dns, refused, timeout, tls, dropped.

    After `timeout` and `dropped` the other side may have acted on the request.
    """

    def __init__(self, message: str, *, kind: str, advice: str = "", detail: str = "") -> None:
        super().__init__(message, advice=advice, detail=detail)
        self.kind = kind
