from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.bgm_periods import BgmPeriods
    from ..models.summary_config import SummaryConfig
    from ..models.summary_dates import SummaryDates


T = TypeVar("T", bound="BgmStats")


@_attrs_define
class BgmStats:
    """Statistics of a blood glucose meter (BGM). Without an `id` in a request it is ignored.

    Attributes:
        id (str | Unset): Id of a summary; empty when there is none.
        config (SummaryConfig | Unset): What it was made with.
        dates (SummaryDates | Unset): How old the data are and when they arrived.
        periods (BgmPeriods | Unset): By length in days: `1d`, `7d`, `14d`, `30d`.
    """

    id: str | Unset = UNSET
    config: SummaryConfig | Unset = UNSET
    dates: SummaryDates | Unset = UNSET
    periods: BgmPeriods | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        config: dict[str, Any] | Unset = UNSET
        if not isinstance(self.config, Unset):
            config = self.config.to_dict()

        dates: dict[str, Any] | Unset = UNSET
        if not isinstance(self.dates, Unset):
            dates = self.dates.to_dict()

        periods: dict[str, Any] | Unset = UNSET
        if not isinstance(self.periods, Unset):
            periods = self.periods.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if id is not UNSET:
            field_dict["id"] = id
        if config is not UNSET:
            field_dict["config"] = config
        if dates is not UNSET:
            field_dict["dates"] = dates
        if periods is not UNSET:
            field_dict["periods"] = periods

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.bgm_periods import BgmPeriods  # noqa: PLC0415
        from ..models.summary_config import SummaryConfig  # noqa: PLC0415
        from ..models.summary_dates import SummaryDates  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id", UNSET)

        _config = d.pop("config", UNSET)
        config: SummaryConfig | Unset
        if isinstance(_config, Unset):
            config = UNSET
        else:
            config = SummaryConfig.from_dict(_config)

        _dates = d.pop("dates", UNSET)
        dates: SummaryDates | Unset
        if isinstance(_dates, Unset):
            dates = UNSET
        else:
            dates = SummaryDates.from_dict(_dates)

        _periods = d.pop("periods", UNSET)
        periods: BgmPeriods | Unset
        if isinstance(_periods, Unset):
            periods = UNSET
        else:
            periods = BgmPeriods.from_dict(_periods)

        bgm_stats = cls(
            id=id,
            config=config,
            dates=dates,
            periods=periods,
        )

        bgm_stats.additional_properties = d
        return bgm_stats

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
