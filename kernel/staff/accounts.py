"""Staff accounts and roles: Django's own pages in the style of the site. For superusers only; every change is
audited."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from kernel import audit
from kernel.staff import fields, pages
from kernel.staff.moments import when
from kernel.staff.sign_in import factors, store

admin.site.unregister(User)
admin.site.unregister(Group)


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

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            self._record(request, "deleted", obj, None)
        return super().log_deletions(request, queryset)

    def _record(self, request: HttpRequest, verb: str, obj: Model, message: Any) -> None:
        kind = str(obj._meta.verbose_name)
        audit.record(
            action=f"staff.{kind}_{verb}",
            object_type=f"staff_{kind}",
            object_id=str(obj.pk),
            object_name=str(obj),
            after=None if verb == "deleted" else self.audited_state(obj),
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


class PersonForm(ModelForm):
    """Names of people in their normal form, with the same rules as all names."""

    def clean_first_name(self) -> str:
        return fields.person_name(self.cleaned_data["first_name"], longest=150)

    def clean_last_name(self) -> str:
        return fields.person_name(self.cleaned_data["last_name"], longest=150)


class StaffUserForm(PersonForm, UserChangeForm):
    pass


class NewStaffUserForm(PersonForm, UserCreationForm):
    pass


@admin.register(User)
class StaffUserAdmin(Audited, UserAdmin):
    form = StaffUserForm
    add_form = NewStaffUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "email", "is_active", "is_superuser", "last_login_time")
    list_filter = ("is_active", "is_superuser", "groups")
    readonly_fields = ("last_login_time", "date_joined_time", "second_factor", "identity")
    filter_horizontal = ()
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Access", {"fields": ("is_staff", "groups")}),
    )
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Access", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Sign-in", {"fields": ("second_factor", "identity")}),
        ("Dates", {"fields": ("last_login_time", "date_joined_time")}),
    )

    def get_form(  # type: ignore[override]
        self, request: HttpRequest, obj: Any = None, **options: Any
    ) -> type[ModelForm]:
        form = super().get_form(request, obj, **options)
        if obj is None and "is_staff" in form.base_fields:
            form.base_fields["is_staff"].initial = True
        return form

    @admin.display(description="Last login", ordering="last_login")
    def last_login_time(self, obj: User) -> str:
        return when(obj.last_login)

    @admin.display(description="Date joined")
    def date_joined_time(self, obj: User) -> str:
        return when(obj.date_joined)

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
    return format_html('{} (<a href="{}">{}</a>)', state, address, verb)


@admin.register(Group)
class StaffGroupAdmin(Audited, GroupAdmin):
    """Roles are made by `ensure_staff_roles`; this page shows what each of them may do."""

    filter_horizontal = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    has_delete_permission = has_change_permission
