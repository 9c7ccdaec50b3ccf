"""Staff accounts: Django's own pages in the frame and the words of the others. For superusers only; every change is
audited. Roles have no pages here: `ensure_staff_roles` makes them, and the page of roles and rights shows them."""

from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

from bson import ObjectId
from django.contrib import admin
from django.contrib.admin.filters import BooleanFieldListFilter, RelatedFieldListFilter
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from kernel import audit, ids
from kernel.staff import fields, pages
from kernel.staff.fields import TypedForm
from kernel.staff.moments import when
from kernel.staff.pages import Crumb
from kernel.staff.sign_in import factors, store

Answer = TypeVar("Answer")
ACCOUNTS, ACCOUNT = "Staff accounts", "staff account"
WRONG_NAME = "This is not the name of the account; nothing was deleted."
OWN = "Your own account cannot be deleted; another superuser can do it."
DELETED = "staff.user_deleted"
CONSEQUENCES = (
    "The person cannot sign in any more; open sessions end. The roles are lost.",
    "What the person has done stays in the audit trail, with the name of the account.",
    "To keep the account for later, make it inactive instead.",
)
_LABELS = {
    "username": "Name",
    "email": "E-mail address",
    "is_active": "Active",
    "is_staff": "Staff",
    "is_superuser": "Superuser",
    "groups": "Roles",
    "usable_password": "Signs in with a password",
    "password2": "The same password again",
}
_HELP = {
    "username": "With this name the person signs in.",
    "is_active": "Without it no one can sign in with the account. It stays in the audit trail.",
    "is_staff": "May sign in to these pages.",
    "is_superuser": "Has every right, whatever the roles are.",
    "groups": "Roles add up; an account without one can do nothing. Roles and rights says what each may do.",
    "usable_password": "Without one, the person signs in through the identity provider only.",
    "password2": "",
}
_CHOICES = {"usable_password": [("true", "Yes"), ("false", "No")]}

admin.site.unregister(User)
admin.site.unregister(Group)
# Django's own pages and messages name the model by these.
User._meta.verbose_name, User._meta.verbose_name_plural = ACCOUNT, ACCOUNTS.lower()


class Audited(ModelAdmin):
    """Pages for superusers only. The audit event of a change holds the names of the changed fields, and the
    roles."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)  # type: ignore[union-attr]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_module_permission(request)

    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_module_permission(request)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._record(request, "created", obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        self._record(request, "changed", obj, message)
        return super().log_change(request, obj, message)

    def _record(self, request: HttpRequest, verb: str, obj: Model, message: Any) -> None:
        kind = obj._meta.model_name
        audit.record(
            action=f"staff.{kind}_{verb}",
            object_type=f"staff_{kind}",
            object_id=str(obj.pk),
            object_name=str(obj),
            after=self.audited_state(obj),
            scope={"fields": _fields(message)},
            **pages.actor(request),
        )

    def audited_state(self, obj: Any) -> dict[str, Any]:
        return {}


def _fields(message: Any) -> list[str]:
    names: list[str] = []
    for part in message if isinstance(message, list) else []:
        for change in part.values():
            names += change.get("fields", [])
    return names


def _put_in_words(fields: Mapping[str, Any]) -> None:
    for name, field in fields.items():
        field.label = _LABELS.get(name, field.label)
        field.help_text = _HELP.get(name, field.help_text)
        if name in _CHOICES:
            field.choices = _CHOICES[name]


class PersonForm(ModelForm):
    """Names of people in their normal form, by the rules of all names; fields in the words of the other pages."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _put_in_words(self.fields)

    def clean_first_name(self) -> str:
        return fields.person_name(self.cleaned_data["first_name"], longest=150)

    def clean_last_name(self) -> str:
        return fields.person_name(self.cleaned_data["last_name"], longest=150)


class StaffUserForm(PersonForm, UserChangeForm):
    pass


class NewStaffUserForm(PersonForm, UserCreationForm):
    pass


class PasswordForm(AdminPasswordChangeForm):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        _put_in_words(self.fields)
        self.fields["password1"].help_text = " ".join(password_validators_help_texts())


class DeletionForm(TypedForm):
    wrong = WRONG_NAME


class SuperuserFilter(BooleanFieldListFilter):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.title = "superuser"


class RoleFilter(RelatedFieldListFilter):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.title = "role"


@admin.register(User)
class StaffUserAdmin(Audited, UserAdmin):
    form = StaffUserForm
    add_form = NewStaffUserForm
    change_password_form = PasswordForm
    add_form_template = None
    change_user_password_template = "staff/set_password.html"  # noqa: S105
    list_display = ("name", "address", "is_active", "superuser", "last_login_time")
    list_filter = ("is_active", ("is_superuser", SuperuserFilter), ("groups", RoleFilter))
    actions = None
    readonly_fields = (
        "last_login_time",
        "date_joined_time",
        "password_state",
        "second_factor",
        "identity",
    )
    filter_horizontal = ()
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Access", {"fields": ("is_staff", "groups")}),
    )
    fieldsets = (
        (None, {"fields": ("username",)}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Access", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Sign-in", {"fields": ("password_state", "second_factor", "identity")}),
        ("Times", {"fields": ("last_login_time", "date_joined_time")}),
    )

    def get_form(  # type: ignore[override]
        self, request: HttpRequest, obj: Any = None, **options: Any
    ) -> type[ModelForm]:
        form = super().get_form(request, obj, **options)
        if obj is None and "is_staff" in form.base_fields:
            form.base_fields["is_staff"].initial = True
        return form

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        answer: HttpResponse = super().changelist_view(request, extra_context)
        add = {"add_url": reverse("admin:auth_user_add"), "add_title": f"Add a {ACCOUNT}"}
        return _framed(answer, ACCOUNTS, [], **add)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        only_save = {"show_save_and_add_another": False, "show_save_and_continue": False}
        extra = {**only_save, **(extra_context or {})}
        answer = super().changeform_view(request, object_id, form_url, extra)
        return _framed(answer, _name_of(object_id) or f"Add a {ACCOUNT}", _crumbs())

    def _get_obj_does_not_exist_redirect(self, *_: Any) -> NoReturn:
        """Django leads to the first page instead, as if all was well."""
        raise Http404

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 (Django's name)
        form_url: str = "",
    ) -> HttpResponse:
        answer: HttpResponse = super().user_change_password(request, id, form_url)
        return _framed(answer, "Set a password", _crumbs(id))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What was changed is in the audit trail, and nowhere else."""
        return pages.go(f"{reverse('admin:audit')}?object={object_id}")

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """As all that cannot be undone: consequences, the typed name, a reason."""
        if not self.has_delete_permission(request):
            raise PermissionDenied
        account = _find(object_id)
        if account is None:
            raise Http404
        form = DeletionForm(request.POST or None, typed=account.get_username())
        if account.pk == request.user.pk:
            pages.fail(request, OWN)
            return pages.go(reverse("admin:auth_user_change", args=[account.pk]))
        if form.is_valid():
            return self._delete(request, account, form.cleaned_data["reason"])
        return pages.render(
            request,
            "staff/removal.html",
            title=f"Delete the {ACCOUNT}",
            crumbs=_crumbs(object_id),
            removal={
                "title": "Delete the account",
                "consequences": CONSEQUENCES,
                "typed": account.get_username(),
                "back": reverse("admin:auth_user_change", args=[account.pk]),
            },
            form=form,
            status=400 if form.is_bound else 200,
        )

    def _delete(self, request: HttpRequest, account: User, reason: str) -> HttpResponse:
        audit.record(
            action=DELETED,
            object_type="staff_user",
            object_id=str(account.pk),
            object_name=str(account),
            before=self.audited_state(account),
            reason=reason,
            **pages.actor(request),
        )
        account.delete()
        pages.succeed(request, "The account was deleted.")
        return pages.go(reverse("admin:auth_user_changelist"))

    @admin.display(description=_LABELS["username"], ordering="username")
    def name(self, obj: User) -> str:
        return obj.get_username()

    @admin.display(description=_LABELS["email"], ordering="email")
    def address(self, obj: User) -> str:
        return obj.email or "—"

    @admin.display(description=_LABELS["is_superuser"], ordering="is_superuser", boolean=True)
    def superuser(self, obj: User) -> bool:
        return obj.is_superuser

    @admin.display(description="Last log-in", ordering="last_login")
    def last_login_time(self, obj: User) -> str:
        return when(obj.last_login)

    @admin.display(description="Made")
    def date_joined_time(self, obj: User) -> str:
        return when(obj.date_joined)

    @admin.display(description="Password")
    def password_state(self, obj: User) -> SafeString:
        """Without how it is stored."""
        state, verb = ("set", "change") if obj.has_usable_password() else ("none", "set one")
        address = reverse("admin:auth_user_password_change", args=[obj.pk])
        return _linked(state, address, verb)

    def second_factor(self, obj: User) -> str:
        factor = store.find_factor(obj.pk)
        if not factors.is_set_up(factor):
            return "needed, not set up" if factors.is_required(obj) else "not set up"
        return _with_link("set up", "reset", obj, "second-factor")

    @admin.display(description="Identity provider")
    def identity(self, obj: User) -> str:
        if store.find_identity_of(obj.pk) is None:
            return "not linked"
        return _with_link("linked", "unlink", obj, "identity")

    def audited_state(self, obj: User) -> dict[str, Any]:
        return {
            "active": obj.is_active,
            "staff": obj.is_staff,
            "superuser": obj.is_superuser,
            "roles": sorted(obj.groups.values_list("name", flat=True)),
        }


def _with_link(state: str, verb: str, user: User, what: str) -> SafeString:
    address = reverse("admin:sign_in_reset", args=[user.pk, what])
    return _linked(state, address, verb)


def _linked(state: str, address: str, verb: str) -> SafeString:
    return format_html('{} (<a href="{}">{}</a>)', state, address, verb)


def _framed(answer: Answer, title: str, crumbs: list[Crumb], **context: Any) -> Answer:
    """A page of Django, not rendered yet, with the title and the crumbs of ours."""
    if isinstance(answer, TemplateResponse) and answer.context_data is not None:
        answer.context_data |= {"title": title, "content_title": title, "crumbs": crumbs, **context}
    return answer


def _crumbs(user_id: str = "") -> list[Crumb]:
    crumbs = [Crumb(ACCOUNTS, reverse("admin:auth_user_changelist"))]
    if name := _name_of(user_id):
        crumbs.append(Crumb(name, reverse("admin:auth_user_change", args=[user_id])))
    return crumbs


def _name_of(user_id: str | None) -> str:
    account = _find(user_id)
    return account.get_username() if account else ""


def _find(user_id: str | ObjectId | None) -> User | None:
    parsed_id = ids.parse_id(user_id) if user_id else None
    return User.objects.filter(pk=parsed_id).first() if parsed_id else None
