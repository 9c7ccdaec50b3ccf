"""Confirmations as a Django model: for the admin and typed reading only."""

from typing import Any

from django.db import models


class Confirmation(models.Model):
    """`id` is the key: of a sign-up or a reset it is a secret."""

    id = models.CharField(primary_key=True, db_column="_id", max_length=64, verbose_name="key")
    type = models.CharField(max_length=32)
    status = models.CharField(max_length=16)
    email = models.CharField(max_length=320, blank=True)
    clinic_id = models.CharField(max_length=24, db_column="clinicId", null=True, blank=True)  # noqa: DJ001 (absent)
    creator_id = models.CharField(max_length=36, db_column="creatorId", blank=True)
    user_id = models.CharField(max_length=36, db_column="userId", blank=True)
    template_name = models.CharField(max_length=80, db_column="templateName", blank=True)
    context: Any = models.BinaryField(null=True, blank=True)
    created = models.DateTimeField()
    modified = models.DateTimeField()
    expires_at = models.DateTimeField(db_column="expiresAt", null=True, blank=True)

    class Meta:
        managed = False
        db_table = "confirmations"

    def __str__(self) -> str:
        return f"{self.type} ({self.status})"
