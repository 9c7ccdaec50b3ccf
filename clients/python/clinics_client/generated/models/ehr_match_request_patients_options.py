from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.match_action import MatchAction, check_match_action
from ..models.match_criterion import MatchCriterion, check_match_criterion
from ..types import UNSET, Unset

T = TypeVar("T", bound="EhrMatchRequestPatientsOptions")


@_attrs_define
class EhrMatchRequestPatientsOptions:
    """How patients are matched; left out, only the clinic is.

    Attributes:
        criteria (list[MatchCriterion]): Alternatives: a patient has to meet one.
        on_unique_match (MatchAction | Unset): What to do when exactly one patient matches.
    """

    criteria: list[MatchCriterion]
    on_unique_match: MatchAction | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        criteria = []
        for criteria_item_data in self.criteria:
            criteria_item: str = criteria_item_data
            criteria.append(criteria_item)

        on_unique_match: str | Unset = UNSET
        if not isinstance(self.on_unique_match, Unset):
            on_unique_match = self.on_unique_match

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "criteria": criteria,
            }
        )
        if on_unique_match is not UNSET:
            field_dict["onUniqueMatch"] = on_unique_match

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        criteria = []
        _criteria = d.pop("criteria")
        for criteria_item_data in _criteria:
            criteria_item = check_match_criterion(criteria_item_data)

            criteria.append(criteria_item)

        _on_unique_match = d.pop("onUniqueMatch", UNSET)
        on_unique_match: MatchAction | Unset
        if isinstance(_on_unique_match, Unset):
            on_unique_match = UNSET
        else:
            on_unique_match = check_match_action(_on_unique_match)

        ehr_match_request_patients_options = cls(
            criteria=criteria,
            on_unique_match=on_unique_match,
        )

        ehr_match_request_patients_options.additional_properties = d
        return ehr_match_request_patients_options

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
