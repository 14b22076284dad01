"""What may go wrong with Prism, one class per way a person or a step has to react."""

from lib.errors import ServiceError


class PrismError(ServiceError):
    """Prism refused, failed or could not be reached."""


class Untrusted(PrismError):
    """Prism's certificate is not the one, or not signed by the one, that we trust."""


class CertificateChanged(Untrusted):
    """Another certificate than the one that a person confirmed: an alarm, never waved through."""


class WrongPassword(PrismError):
    """401: never tried again with the same credentials; accounts get locked."""


class NotAllowed(PrismError):
    """403: the login is right, a right is missing."""


class WrongEndpoint(PrismError):
    """Prism Element where Prism Central was meant, the reverse, or no Prism at all."""


class TooOld(PrismError):
    """Prism serves no version that this console speaks."""


class NotFound(PrismError):
    """404: the thing is not, or no longer, there."""


class Conflict(PrismError):
    """409 or 412: it changed between our look and our call, or it exists already."""


class Invalid(PrismError):
    """400 or 422: Prism does not accept what was asked."""


class Busy(PrismError):
    """Still 429, 5xx or unreachable after every repetition: resume later."""

    def __init__(self, message: str, *, retry_after: float = 0.0, **more: str) -> None:
        super().__init__(message, **more)
        self.retry_after = retry_after


class AnswerLost(PrismError):
    """The request left, no answer came: Prism may have acted. Look before repeating."""


class TaskFailed(PrismError):
    """Prism took the job and ended it without success."""
