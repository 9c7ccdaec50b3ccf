"""Service accounts of a clinic: the programs that act in it as members."""

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from clinic_records.admin import changes, frame, readable_clinics, removals
from clinics.admin import readable_clinicians
from clinics.services import clinicians, service_accounts
from kernel.db import Document
from kernel.errors import DomainError
from kernel.staff import pages, roles
from kernel.staff.fields import StaffForm, Text

ADDED = "clinic.service_account_added"
frame.add_tab(frame.Tab("service_accounts", "Service accounts", roles.INTEGRATION, position=60))


class ServiceAccountForm(StaffForm):
    name = Text(
        ("addServiceAccount.v1", "name"),
        help_text="Shown to the clinic among its members, such as “EHR bridge”.",
    )
    client_id = Text(
        ("addServiceAccount.v1", "client_id"),
        label="Client id",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    client_secret = Text(
        ("addServiceAccount.v1", "client_secret"),
        label="Client secret",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="The identity provider shows it once, when the client is made. It is asked once, to prove that the "
        "client is the partner's, and stored nowhere.",
    )


@pages.page(
    "clinics/<str:clinic_id>/service-accounts/", name="service_accounts", needs=roles.INTEGRATION
)
def service_accounts_of_clinic(request: HttpRequest, clinic_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    form = ServiceAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _add(request, clinic, form):
        return pages.go(request.path)
    return frame.render(
        request,
        clinic,
        "clinics/staff/service_accounts.html",
        tab="service_accounts",
        accounts=readable_clinicians.list_service_accounts(clinic["_id"]),
        form=form,
        status=400 if form.errors else 200,
    )


def _add(request: HttpRequest, clinic: Document, form: ServiceAccountForm) -> bool:
    """False if it was refused: then the page shows what was typed, but for the secret."""
    entered, clinic_id = form.cleaned_data, str(clinic["_id"])

    def record(account: Document) -> None:
        changes.record(
            request,
            clinic=clinic,
            action=ADDED,
            object_type="clinician",
            object_id=account["userId"],
            after={"name": entered["name"], "clientId": entered["client_id"]},
        )

    try:
        with changes.refusals_recorded(
            request,
            clinic_id=clinic_id,
            action=ADDED,
            reason="",
            requested={"name": entered["name"], "clientId": entered["client_id"]},
        ):
            service_accounts.add_service_account(clinic_id=clinic_id, **entered, then=record)
    except DomainError as error:
        form.add_error(None, pages.sentence(error.message))
        return False
    pages.succeed(request, f"{entered['name']} can act in the clinic as a member.")
    return True


@pages.page(
    "clinics/<str:clinic_id>/service-accounts/<str:user_id>/remove",
    name="service_account_remove",
    needs=roles.INTEGRATION,
)
def remove(request: HttpRequest, clinic_id: str, user_id: str) -> HttpResponseBase:
    clinic = readable_clinics.access_clinic(clinic_id)
    account = readable_clinicians.clinician(
        service_accounts.access_service_account(clinic_id, user_id)
    )
    name, back = account.get("name") or user_id, reverse("admin:service_accounts", args=[clinic_id])
    removal = removals.Removal(
        title="Remove a service account",
        action="clinic.service_account_removed",
        consequences=[
            f"{name} loses access to {clinic.get('name')} and its patients at once.",
            "The client stays at the identity provider, and can be added again with its secret.",
        ],
        typed=name,
        object_type="clinician",
        object_id=user_id,
        remove=lambda: clinicians.remove_clinician(
            clinic_id=clinic_id, user_id=user_id, deleted_by=pages.signature(request)
        ),
        back=back,
        done="The service account was removed.",
        done_url=back,
    )
    return removals.handle(request, clinic, removal)
