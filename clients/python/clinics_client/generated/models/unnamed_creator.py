from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.unnamed_creator_userid import UnnamedCreatorUserid, check_unnamed_creator_userid
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.unnamed_creator_profile_type_0 import UnnamedCreatorProfileType0


T = TypeVar("T", bound="UnnamedCreator")


@_attrs_define
class UnnamedCreator:
    """Who sent the confirmation; only lists, sending and sending again say more of the person.

    Attributes:
        userid (UnnamedCreatorUserid): Always empty.
        profile (None | UnnamedCreatorProfileType0): Always null.
        clinic_id (str | Unset): Id of the clinic that invites; absent when none does.
        clinic_name (str | Unset): Name of that clinic; absent when none invites.
    """

    userid: UnnamedCreatorUserid
    profile: None | UnnamedCreatorProfileType0
    clinic_id: str | Unset = UNSET
    clinic_name: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.unnamed_creator_profile_type_0 import UnnamedCreatorProfileType0  # noqa: PLC0415

        userid: str = self.userid

        profile: dict[str, Any] | None
        if isinstance(self.profile, UnnamedCreatorProfileType0):
            profile = self.profile.to_dict()
        else:
            profile = self.profile

        clinic_id = self.clinic_id

        clinic_name = self.clinic_name

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "userid": userid,
                "profile": profile,
            }
        )
        if clinic_id is not UNSET:
            field_dict["clinicId"] = clinic_id
        if clinic_name is not UNSET:
            field_dict["clinicName"] = clinic_name

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.unnamed_creator_profile_type_0 import UnnamedCreatorProfileType0  # noqa: PLC0415

        d = dict(src_dict)
        userid = check_unnamed_creator_userid(d.pop("userid"))

        def _parse_profile(data: object) -> None | UnnamedCreatorProfileType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                profile_type_0 = UnnamedCreatorProfileType0.from_dict(data)

                return profile_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UnnamedCreatorProfileType0, data)

        profile = _parse_profile(d.pop("profile"))

        clinic_id = d.pop("clinicId", UNSET)

        clinic_name = d.pop("clinicName", UNSET)

        unnamed_creator = cls(
            userid=userid,
            profile=profile,
            clinic_id=clinic_id,
            clinic_name=clinic_name,
        )

        unnamed_creator.additional_properties = d
        return unnamed_creator

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
