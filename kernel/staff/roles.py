"""The staff roles (docs/admin.md) as groups of permissions.

A person may hold several roles; each of them, except the auditor's, allows finding a clinic.
"""

from django.contrib.auth.models import Group, Permission

FIND = "clinics_site.find_clinics"
PATIENTS = "clinics_site.see_patients"
MEMBERS = "clinics_site.change_members"
CARE = "clinics_site.care_for_patients"
COUNTS = "clinics_site.refresh_counts"
SETTINGS = "clinics_site.change_settings"
INTEGRATION = "clinics_site.change_integration"
MESSAGES = "clinics_site.see_messages"
REQUEUE = "clinics_site.requeue"
DESTROY = "clinics_site.destroy"
EXPORT = "clinics_site.export"
AUDIT = "clinics_site.read_audit"
RESET_SIGN_IN = "clinics_site.reset_sign_in"  # in no role: only superusers have it

ROLES: dict[str, tuple[str, ...]] = {
    "viewer": (FIND,),
    "support": (FIND, PATIENTS, MEMBERS, CARE, COUNTS),
    "configuration": (FIND, COUNTS, SETTINGS),
    "integration": (FIND, INTEGRATION, MESSAGES, REQUEUE),
    "destructive": (FIND, DESTROY, EXPORT),
    "auditor": (AUDIT,),
}


def ensure() -> list[str]:
    """Make the groups and give each exactly its permissions; returns the names of new groups."""
    by_name = {
        f"{p.content_type.app_label}.{p.codename}": p
        for p in Permission.objects.filter(content_type__app_label="clinics_site").select_related(
            "content_type"
        )
    }
    created = []
    for name, permissions in ROLES.items():
        group, is_new = Group.objects.get_or_create(name=name)
        declared = {by_name[permission].pk for permission in permissions}
        if {p.pk for p in group.permissions.all()} != declared:
            group.permissions.set(declared)
        created += [name] if is_new else []
    return created
