"""The two addresses of the sign-in at a provider; without one they are not there."""

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


def elsewhere_is_open() -> bool:
    """Whether people may sign in at a provider."""
    return hasattr(settings, "SOCIALACCOUNT_ADAPTER")


@require_safe
@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """To the provider, and later to `next` when that is a page of the console.

    By GET: the content policy lets no form lead to other servers, however many a provider uses.
    """
    if not elsewhere_is_open():
        raise Http404
    from config.provider import begin as at_the_provider  # only there with the extra

    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return at_the_provider(request, wanted if is_ours else settings.LOGIN_REDIRECT_URL)


@require_safe
@never_cache
def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """From the provider, with its answer."""
    if not elsewhere_is_open():
        raise Http404
    from allauth.socialaccount.providers.openid_connect.views import callback

    return callback(request, provider_id)


def check_sign_in(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """Settings that are missing or contradict each other, told when the console starts."""
    return [
        Error(problem, hint="See docs/sign-in.md.", id="slipway.E001")
        for problem in settings.SIGN_IN_PROBLEMS
    ]
