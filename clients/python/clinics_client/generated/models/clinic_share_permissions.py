from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.clinic_share_permissions_note import ClinicSharePermissionsNote
    from ..models.clinic_share_permissions_upload import ClinicSharePermissionsUpload
    from ..models.clinic_share_permissions_view import ClinicSharePermissionsView


T = TypeVar("T", bound="ClinicSharePermissions")


@_attrs_define
class ClinicSharePermissions:
    """What the receiver may do. A key that is present is granted; its value is an empty object.

    Attributes:
        note (ClinicSharePermissionsNote | Unset): Write notes.
        upload (ClinicSharePermissionsUpload | Unset): Upload data.
        view (ClinicSharePermissionsView | Unset): See the data.
    """

    note: ClinicSharePermissionsNote | Unset = UNSET
    upload: ClinicSharePermissionsUpload | Unset = UNSET
    view: ClinicSharePermissionsView | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        note: dict[str, Any] | Unset = UNSET
        if not isinstance(self.note, Unset):
            note = self.note.to_dict()

        upload: dict[str, Any] | Unset = UNSET
        if not isinstance(self.upload, Unset):
            upload = self.upload.to_dict()

        view: dict[str, Any] | Unset = UNSET
        if not isinstance(self.view, Unset):
            view = self.view.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if note is not UNSET:
            field_dict["note"] = note
        if upload is not UNSET:
            field_dict["upload"] = upload
        if view is not UNSET:
            field_dict["view"] = view

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.clinic_share_permissions_note import ClinicSharePermissionsNote  # noqa: PLC0415
        from ..models.clinic_share_permissions_upload import ClinicSharePermissionsUpload  # noqa: PLC0415
        from ..models.clinic_share_permissions_view import ClinicSharePermissionsView  # noqa: PLC0415

        d = dict(src_dict)
        _note = d.pop("note", UNSET)
        note: ClinicSharePermissionsNote | Unset
        if isinstance(_note, Unset):
            note = UNSET
        else:
            note = ClinicSharePermissionsNote.from_dict(_note)

        _upload = d.pop("upload", UNSET)
        upload: ClinicSharePermissionsUpload | Unset
        if isinstance(_upload, Unset):
            upload = UNSET
        else:
            upload = ClinicSharePermissionsUpload.from_dict(_upload)

        _view = d.pop("view", UNSET)
        view: ClinicSharePermissionsView | Unset
        if isinstance(_view, Unset):
            view = UNSET
        else:
            view = ClinicSharePermissionsView.from_dict(_view)

        clinic_share_permissions = cls(
            note=note,
            upload=upload,
            view=view,
        )

        clinic_share_permissions.additional_properties = d
        return clinic_share_permissions

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
