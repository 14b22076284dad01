"""Sign-in by OpenID Connect; imported only when it is set up (config/sign_in.py)."""

from typing import Any

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from config.directory_groups import fill_groups
from config.sign_in import PROVIDER


def begin(request: HttpRequest, next_url: str) -> HttpResponse:
    """Lead the person to the provider; back with a sentence when it does not answer."""
    try:
        provider = OpenIDConnectOAuth2Adapter(request, PROVIDER).get_provider()
        return provider.redirect(request, process="login", next_url=next_url)
    except (requests.RequestException, KeyError, ValueError) as error:
        return _back(request, _sentence(error))


class Accounts(DefaultAccountAdapter):
    def login(self, request: HttpRequest, user: User) -> None:
        """Keep the session like that of any account: it ends when the account is closed."""
        user.backend = "django.contrib.auth.backends.ModelBackend"
        super().login(request, user)

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The page shows who is signed in."""

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Mails are for `notices` to send."""


class Provider(DefaultSocialAccountAdapter):
    """One provider, from the settings; people are known by its `sub`, never by name or address."""

    def get_requests_session(self) -> requests.Session:
        """Own trust only; no redirects, and nothing but HTTPS: a secret travels here."""
        session = super().get_requests_session()
        session.trust_env, session.max_redirects = False, 0
        session.verify = settings.OIDC["CA_FILE"] or True
        del session.adapters["http://"]
        return session

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Refuse whom the console may not let in; bring the groups of the others up to date."""
        claims = _claims(sociallogin)
        if claims is None or sociallogin.state.get("process") != "login":
            self._refuse(request, _("The provider's answer does not fit together. Sign in again."))
        if not sociallogin.is_existing:
            self._check_name(request, claims)
        elif not sociallogin.user.is_active:
            self._refuse(request, _("Your account is closed. Ask an administrator."))
        else:
            _fill(sociallogin.user, claims)

    def _check_name(self, request: HttpRequest, claims: dict[str, Any]) -> None:
        name = _name(claims)
        if not name:
            self._refuse(request, _("The provider does not say your user name. Ask an "
                                    "administrator to look at OIDC_USER_CLAIM."))
        if User.objects.filter(username__iexact=name).exists():
            self._refuse(request, _("There is another account with your user name. Ask an "
                                    "administrator to rename or remove it."))
        try:
            Accounts(request).clean_username(name)
        except ValidationError:
            self._refuse(request, _("Your user name has characters that the console does not "
                                    "take, or is too long. Ask an administrator."))

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict) -> User:
        user = super().populate_user(request, sociallogin, data)
        user.username = _name(_claims(sociallogin) or {})
        return user

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        user = super().save_user(request, sociallogin, form)
        _fill(user, _claims(sociallogin) or {})
        return user

    def on_authentication_error(self, request: HttpRequest, provider: Any, error: Any = None,
                                exception: Exception | None = None, extra_context: Any = None
                                ) -> None:
        if exception is None and getattr(error, "value", error) == "cancelled":
            self._refuse(request, _("Nobody was signed in: it was cancelled at the provider."))
        self._refuse(request, _sentence(exception))

    @staticmethod
    def _refuse(request: HttpRequest, sentence: str) -> None:
        raise ImmediateHttpResponse(_back(request, sentence))


def _claims(sociallogin: Any) -> dict[str, Any] | None:
    """What both answers say together; None when they are about two people."""
    found = sociallogin.account.extra_data
    token, info = found.get("id_token") or {}, found.get("userinfo") or {}
    subjects = {claims["sub"] for claims in (token, info) if "sub" in claims}
    return token | info if len(subjects) == 1 and "sub" in token else None


def _name(claims: dict[str, Any]) -> str:
    return str(claims.get(settings.OIDC["USER_CLAIM"]) or "").strip().lower()


def _fill(user: User, claims: dict[str, Any]) -> None:
    listed = claims.get(settings.OIDC["GROUPS_CLAIM"]) or []
    groups = [listed] if isinstance(listed, str) else [str(each) for each in listed]
    fill_groups(user, groups, settings.OIDC["GROUPS"])


def _back(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("login")


def _sentence(error: Exception | None) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return _("The certificate of the company's sign-in is not trusted, so nobody is signed in "
                 "by it. Ask an administrator to look at OIDC_CA_FILE.")
    if isinstance(error, requests.RequestException):
        return _("The company's sign-in does not answer. Try again later, or tell an "
                 "administrator.")
    return _("The company's sign-in refused, or too much time passed. Sign in again.")
