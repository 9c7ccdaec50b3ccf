from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.confirmation_type import ConfirmationType, check_confirmation_type
from ..models.status import Status, check_status
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.care_team_invitation_context_type_0 import CareTeamInvitationContextType0
    from ..models.creator import Creator
    from ..models.restrictions import Restrictions


T = TypeVar("T", bound="CareTeamInvitation")


@_attrs_define
class CareTeamInvitation:
    """Waits until one person accepts or declines.

    Attributes:
        key (str): Names the invitation when it is accepted, declined or sent again.
        type_ (ConfirmationType): What is to be confirmed. Offers of data to a clinic are `careteam_invitation`, too.
        status (Status): `pending` until it is accepted (`completed`), declined by the receiver or canceled by the
            sender. An expired one stays `pending`.
        email (str): The address that it was sent to.
        creator_id (str): User id of an account: 10 hexadecimal digits or a UUID, in lower case.
        created (datetime.datetime): When it was sent, the last time.
        clinic_id (str | Unset): Id of the clinic that it is about; absent when it is about none.
        modified (datetime.datetime | Unset): When its status last changed; `0001-01-01T00:00:00Z` as long as it has
            not.
        creator (Creator | Unset): Who sent the confirmation.
        context (CareTeamInvitationContextType0 | None | Unset): What is shared: `permissions`, `alertsConfig` and
            `nickname` of an invitation into a care team, the permissions alone of an offer to a clinic; null for other
            kinds.
        restrictions (None | Restrictions | Unset): What the clinic demands of people who join. Only
            ListClinicianInvites says it; else null.
        expires_at (datetime.datetime | Unset): Until when it can be accepted; absent when it does not expire.
    """

    key: str
    type_: ConfirmationType
    status: Status
    email: str
    creator_id: str
    created: datetime.datetime
    clinic_id: str | Unset = UNSET
    modified: datetime.datetime | Unset = UNSET
    creator: Creator | Unset = UNSET
    context: CareTeamInvitationContextType0 | None | Unset = UNSET
    restrictions: None | Restrictions | Unset = UNSET
    expires_at: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.care_team_invitation_context_type_0 import CareTeamInvitationContextType0  # noqa: PLC0415
        from ..models.restrictions import Restrictions  # noqa: PLC0415

        key = self.key

        type_: str = self.type_

        status: str = self.status

        email = self.email

        creator_id = self.creator_id

        created = self.created.isoformat()

        clinic_id = self.clinic_id

        modified: str | Unset = UNSET
        if not isinstance(self.modified, Unset):
            modified = self.modified.isoformat()

        creator: dict[str, Any] | Unset = UNSET
        if not isinstance(self.creator, Unset):
            creator = self.creator.to_dict()

        context: dict[str, Any] | None | Unset
        if isinstance(self.context, Unset):
            context = UNSET
        elif isinstance(self.context, CareTeamInvitationContextType0):
            context = self.context.to_dict()
        else:
            context = self.context

        restrictions: dict[str, Any] | None | Unset
        if isinstance(self.restrictions, Unset):
            restrictions = UNSET
        elif isinstance(self.restrictions, Restrictions):
            restrictions = self.restrictions.to_dict()
        else:
            restrictions = self.restrictions

        expires_at: str | Unset = UNSET
        if not isinstance(self.expires_at, Unset):
            expires_at = self.expires_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "key": key,
                "type": type_,
                "status": status,
                "email": email,
                "creatorId": creator_id,
                "created": created,
            }
        )
        if clinic_id is not UNSET:
            field_dict["clinicId"] = clinic_id
        if modified is not UNSET:
            field_dict["modified"] = modified
        if creator is not UNSET:
            field_dict["creator"] = creator
        if context is not UNSET:
            field_dict["context"] = context
        if restrictions is not UNSET:
            field_dict["restrictions"] = restrictions
        if expires_at is not UNSET:
            field_dict["expiresAt"] = expires_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.care_team_invitation_context_type_0 import CareTeamInvitationContextType0  # noqa: PLC0415
        from ..models.creator import Creator  # noqa: PLC0415
        from ..models.restrictions import Restrictions  # noqa: PLC0415

        d = dict(src_dict)
        key = d.pop("key")

        type_ = check_confirmation_type(d.pop("type"))

        status = check_status(d.pop("status"))

        email = d.pop("email")

        creator_id = d.pop("creatorId")

        created = datetime.datetime.fromisoformat(d.pop("created"))

        clinic_id = d.pop("clinicId", UNSET)

        _modified = d.pop("modified", UNSET)
        modified: datetime.datetime | Unset
        if isinstance(_modified, Unset):
            modified = UNSET
        else:
            modified = datetime.datetime.fromisoformat(_modified)

        _creator = d.pop("creator", UNSET)
        creator: Creator | Unset
        if isinstance(_creator, Unset):
            creator = UNSET
        else:
            creator = Creator.from_dict(_creator)

        def _parse_context(data: object) -> CareTeamInvitationContextType0 | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                context_type_0 = CareTeamInvitationContextType0.from_dict(data)

                return context_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(CareTeamInvitationContextType0 | None | Unset, data)

        context = _parse_context(d.pop("context", UNSET))

        def _parse_restrictions(data: object) -> None | Restrictions | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                restrictions_type_0 = Restrictions.from_dict(data)

                return restrictions_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Restrictions | Unset, data)

        restrictions = _parse_restrictions(d.pop("restrictions", UNSET))

        _expires_at = d.pop("expiresAt", UNSET)
        expires_at: datetime.datetime | Unset
        if isinstance(_expires_at, Unset):
            expires_at = UNSET
        else:
            expires_at = datetime.datetime.fromisoformat(_expires_at)

        care_team_invitation = cls(
            key=key,
            type_=type_,
            status=status,
            email=email,
            creator_id=creator_id,
            created=created,
            clinic_id=clinic_id,
            modified=modified,
            creator=creator,
            context=context,
            restrictions=restrictions,
            expires_at=expires_at,
        )

        care_team_invitation.additional_properties = d
        return care_team_invitation

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
