from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.connection_issue_cause import ConnectionIssueCause, check_connection_issue_cause

T = TypeVar("T", bound="ConnectionIssue")


@_attrs_define
class ConnectionIssue:
    """Data of the patient do not arrive.

    Attributes:
        cause (ConnectionIssueCause): `error`: the provider refuses the login; `disconnected`: the connection was ended;
            `staleData`: no data for more than 48 hours; `staleInvite`: an invitation was not answered for more than 48
            hours; `expiredInvite`: it can no longer be answered.
        hidden (bool): Whether the clinic has hidden it.
    """

    cause: ConnectionIssueCause
    hidden: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        cause: str = self.cause

        hidden = self.hidden

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "cause": cause,
                "hidden": hidden,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        cause = check_connection_issue_cause(d.pop("cause"))

        hidden = d.pop("hidden")

        connection_issue = cls(
            cause=cause,
            hidden=hidden,
        )

        connection_issue.additional_properties = d
        return connection_issue

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
