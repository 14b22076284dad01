"""The forms by which a person grows a volume or deletes one with its data."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from hosts.models import DockerHost, Volume
from hosts.volume_problems import problems_with_deletion, problems_with_growth


class GrowForm(forms.Form):
    """The new size; Prism is asked whether there is room when it is sent."""

    size_gib = forms.IntegerField(
        label=_("New size, GiB"), min_value=1, widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("The whole size, not what is added. A disk cannot shrink again."),
    )

    def __init__(self, *args: Any, volume: Volume, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.volume = volume

    def clean_size_gib(self) -> int:
        size = self.cleaned_data["size_gib"]
        problems = problems_with_growth(self.volume, size)
        if problems:
            raise ValidationError(problems)
        return size


class AttachForm(forms.Form):
    """A host of the volume's own cluster whose engine answers."""

    host = forms.ModelChoiceField(
        DockerHost.objects.none(), label=_("Docker host"), empty_label=None
    )

    def __init__(self, *args: Any, volume: Volume, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["host"].queryset = DockerHost.objects.filter(
            cluster=volume.cluster, state=DockerHost.State.READY
        ).exclude(vm_ext_id="")
        self.fields["host"].initial = volume.host_id


class ConfirmForm(forms.Form):
    """Nothing is used before a person has said that it is meant."""

    confirmed = forms.BooleanField(label=_("This is the data that I want to use"))

    def __init__(self, *args: Any, volume: Volume, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class BareForm(forms.Form):
    """Only the button."""

    def __init__(self, *args: Any, volume: Volume, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class DeleteForm(forms.Form):
    """The name of the volume, typed by whoever wants it gone."""

    typed_name = forms.CharField(label=_("Type its name"), widget=UnfoldAdminTextInputWidget)

    def __init__(self, *args: Any, volume: Volume, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.volume = volume
        self.fields["typed_name"].help_text = volume.name

    def clean_typed_name(self) -> str:
        typed = self.cleaned_data["typed_name"].strip()
        problems = problems_with_deletion(self.volume, typed)
        if problems:
            raise ValidationError(problems)
        return typed
