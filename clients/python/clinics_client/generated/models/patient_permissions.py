from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.patient_permissions_custodian import PatientPermissionsCustodian
    from ..models.patient_permissions_note import PatientPermissionsNote
    from ..models.patient_permissions_upload import PatientPermissionsUpload
    from ..models.patient_permissions_view import PatientPermissionsView


T = TypeVar("T", bound="PatientPermissions")


@_attrs_define
class PatientPermissions:
    """What a clinic may do with a patient's account. A key that is present is granted; its value is an empty object.

    Attributes:
        custodian (PatientPermissionsCustodian | Unset): The clinic manages the account, which no one has claimed.
        view (PatientPermissionsView | Unset): The clinic may see the data.
        note (PatientPermissionsNote | Unset): The clinic may write notes.
        upload (PatientPermissionsUpload | Unset): The clinic may upload data.
    """

    custodian: PatientPermissionsCustodian | Unset = UNSET
    view: PatientPermissionsView | Unset = UNSET
    note: PatientPermissionsNote | Unset = UNSET
    upload: PatientPermissionsUpload | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        custodian: dict[str, Any] | Unset = UNSET
        if not isinstance(self.custodian, Unset):
            custodian = self.custodian.to_dict()

        view: dict[str, Any] | Unset = UNSET
        if not isinstance(self.view, Unset):
            view = self.view.to_dict()

        note: dict[str, Any] | Unset = UNSET
        if not isinstance(self.note, Unset):
            note = self.note.to_dict()

        upload: dict[str, Any] | Unset = UNSET
        if not isinstance(self.upload, Unset):
            upload = self.upload.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if custodian is not UNSET:
            field_dict["custodian"] = custodian
        if view is not UNSET:
            field_dict["view"] = view
        if note is not UNSET:
            field_dict["note"] = note
        if upload is not UNSET:
            field_dict["upload"] = upload

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.patient_permissions_custodian import PatientPermissionsCustodian  # noqa: PLC0415
        from ..models.patient_permissions_note import PatientPermissionsNote  # noqa: PLC0415
        from ..models.patient_permissions_upload import PatientPermissionsUpload  # noqa: PLC0415
        from ..models.patient_permissions_view import PatientPermissionsView  # noqa: PLC0415

        d = dict(src_dict)
        _custodian = d.pop("custodian", UNSET)
        custodian: PatientPermissionsCustodian | Unset
        if isinstance(_custodian, Unset):
            custodian = UNSET
        else:
            custodian = PatientPermissionsCustodian.from_dict(_custodian)

        _view = d.pop("view", UNSET)
        view: PatientPermissionsView | Unset
        if isinstance(_view, Unset):
            view = UNSET
        else:
            view = PatientPermissionsView.from_dict(_view)

        _note = d.pop("note", UNSET)
        note: PatientPermissionsNote | Unset
        if isinstance(_note, Unset):
            note = UNSET
        else:
            note = PatientPermissionsNote.from_dict(_note)

        _upload = d.pop("upload", UNSET)
        upload: PatientPermissionsUpload | Unset
        if isinstance(_upload, Unset):
            upload = UNSET
        else:
            upload = PatientPermissionsUpload.from_dict(_upload)

        patient_permissions = cls(
            custodian=custodian,
            view=view,
            note=note,
            upload=upload,
        )

        patient_permissions.additional_properties = d
        return patient_permissions

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
