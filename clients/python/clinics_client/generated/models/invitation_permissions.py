from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.invitation_permissions_follow import InvitationPermissionsFollow
    from ..models.invitation_permissions_note import InvitationPermissionsNote
    from ..models.invitation_permissions_upload import InvitationPermissionsUpload
    from ..models.invitation_permissions_view import InvitationPermissionsView


T = TypeVar("T", bound="InvitationPermissions")


@_attrs_define
class InvitationPermissions:
    """What the receiver may do. A key that is present is granted; its value is an empty object.

    Attributes:
        note (InvitationPermissionsNote | Unset): Write notes.
        upload (InvitationPermissionsUpload | Unset): Upload data.
        view (InvitationPermissionsView | Unset): See the data.
        follow (InvitationPermissionsFollow | Unset): Be alerted, as `alertsConfig` says.
    """

    note: InvitationPermissionsNote | Unset = UNSET
    upload: InvitationPermissionsUpload | Unset = UNSET
    view: InvitationPermissionsView | Unset = UNSET
    follow: InvitationPermissionsFollow | Unset = UNSET
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

        follow: dict[str, Any] | Unset = UNSET
        if not isinstance(self.follow, Unset):
            follow = self.follow.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if note is not UNSET:
            field_dict["note"] = note
        if upload is not UNSET:
            field_dict["upload"] = upload
        if view is not UNSET:
            field_dict["view"] = view
        if follow is not UNSET:
            field_dict["follow"] = follow

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.invitation_permissions_follow import InvitationPermissionsFollow  # noqa: PLC0415
        from ..models.invitation_permissions_note import InvitationPermissionsNote  # noqa: PLC0415
        from ..models.invitation_permissions_upload import InvitationPermissionsUpload  # noqa: PLC0415
        from ..models.invitation_permissions_view import InvitationPermissionsView  # noqa: PLC0415

        d = dict(src_dict)
        _note = d.pop("note", UNSET)
        note: InvitationPermissionsNote | Unset
        if isinstance(_note, Unset):
            note = UNSET
        else:
            note = InvitationPermissionsNote.from_dict(_note)

        _upload = d.pop("upload", UNSET)
        upload: InvitationPermissionsUpload | Unset
        if isinstance(_upload, Unset):
            upload = UNSET
        else:
            upload = InvitationPermissionsUpload.from_dict(_upload)

        _view = d.pop("view", UNSET)
        view: InvitationPermissionsView | Unset
        if isinstance(_view, Unset):
            view = UNSET
        else:
            view = InvitationPermissionsView.from_dict(_view)

        _follow = d.pop("follow", UNSET)
        follow: InvitationPermissionsFollow | Unset
        if isinstance(_follow, Unset):
            follow = UNSET
        else:
            follow = InvitationPermissionsFollow.from_dict(_follow)

        invitation_permissions = cls(
            note=note,
            upload=upload,
            view=view,
            follow=follow,
        )

        invitation_permissions.additional_properties = d
        return invitation_permissions

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
