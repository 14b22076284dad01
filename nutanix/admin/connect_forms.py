"""What is asked in the three steps to a Prism: address, trust, credentials."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from nutanix.models import Prism


class AddressForm(forms.ModelForm):
    """Where it answers."""

    class Meta:
        model = Prism
        fields = ("name", "address")

    def _post_clean(self) -> None:
        """The row has no credentials yet: only these two fields are judged."""
        self.instance.name = self.cleaned_data.get("name", "")
        self.instance.address = self.cleaned_data.get("address", "")
        try:
            self.instance.clean()
        except ValidationError as error:
            for reason in error.message_dict.get("address", []):
                self.add_error("address", reason)
        self.validate_unique()


class TrustForm(forms.Form):
    """Exactly the certificate that was shown, or whoever a CA signed."""

    fingerprint = forms.CharField(widget=forms.HiddenInput)
    by = forms.ChoiceField(
        label=_("How is it trusted from now on?"), widget=forms.RadioSelect,
        choices=(
            ("fingerprint", _("By its fingerprint: exactly this certificate; another one is an "
                              "alarm")),
            ("ca", _("By the CA that signed it, given below")),
        ),
        initial="fingerprint",
    )
    ca_pem = forms.CharField(
        label=_("CA certificate, PEM"), widget=forms.Textarea(attrs={"rows": 6}), required=False,
    )


class LoginForm(forms.Form):
    """Who we are there."""

    username = forms.CharField(label=_("User name"), required=False)
    password = forms.CharField(
        label=_("Password"), required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    api_key = forms.CharField(
        label=_("API key"), required=False,
        help_text=_("Of a service account in Prism Central; used instead of user and password."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
