from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.tide_config import TideConfig
    from ..models.tide_results import TideResults


T = TypeVar("T", bound="TideResponse")


@_attrs_define
class TideResponse:
    """The TIDE report.

    Attributes:
        config (TideConfig): The parameters of the report.
        results (TideResults): Rows by category, and under `noData` patients without recent data. A category that was
            not reached, since there are 100 patients already, is absent.
    """

    config: TideConfig
    results: TideResults
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        config = self.config.to_dict()

        results = self.results.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "config": config,
                "results": results,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.tide_config import TideConfig  # noqa: PLC0415
        from ..models.tide_results import TideResults  # noqa: PLC0415

        d = dict(src_dict)
        config = TideConfig.from_dict(d.pop("config"))

        results = TideResults.from_dict(d.pop("results"))

        tide_response = cls(
            config=config,
            results=results,
        )

        tide_response.additional_properties = d
        return tide_response

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
