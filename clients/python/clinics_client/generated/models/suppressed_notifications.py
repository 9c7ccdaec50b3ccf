from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="SuppressedNotifications")


@_attrs_define
class SuppressedNotifications:
    """Mails that the clinic does not get; absent when none were chosen.

    Attributes:
        patient_clinic_invitation (bool | Unset): True: admins get no mail when a patient offers data. They get it when
            absent.
    """

    patient_clinic_invitation: bool | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        patient_clinic_invitation = self.patient_clinic_invitation

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if patient_clinic_invitation is not UNSET:
            field_dict["patientClinicInvitation"] = patient_clinic_invitation

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        patient_clinic_invitation = d.pop("patientClinicInvitation", UNSET)

        suppressed_notifications = cls(
            patient_clinic_invitation=patient_clinic_invitation,
        )

        return suppressed_notifications
