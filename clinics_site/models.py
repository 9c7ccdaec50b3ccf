"""The permissions of staff, assigned to groups. There is no collection behind this model."""

from django.db import models


class StaffAccess(models.Model):
    class Meta:
        managed = False
        default_permissions = ()
        verbose_name = "staff access"
        permissions = [
            ("find_clinics", "Find clinics and look at them, without patient data"),
            ("see_patients", "See patient data"),
            ("change_members", "Change roles, remove clinicians, revoke invites"),
            ("care_for_patients", "Send connection requests, remove a patient"),
            ("refresh_counts", "Have the patients of a clinic counted again"),
            ("change_settings", "Change tier, limits, MRN rules, time zone, tags and sites"),
            ("change_integration", "Change EHR settings and start EHR syncs"),
            ("see_messages", "See EHR messages and what was sent"),
            ("requeue", "Start failed events and EHR orders again"),
            ("destroy", "Delete clinics, remove patients and members for good"),
            ("export", "Export lists"),
            ("read_audit", "Read and export the audit trail"),
            ("reset_sign_in", "Reset the second factor of others, unlink their identity"),
        ]

    def __str__(self) -> str:
        return "staff access"
