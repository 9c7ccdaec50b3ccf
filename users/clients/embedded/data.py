"""The embedded data service (rule ACCOUNT-164): it knows what it was told."""

from typing import Any

from users.store import data


class EmbeddedDataService:
    def list_data_sources(self, user_id: str) -> list[dict[str, Any]]:
        return list(self._find(user_id).get("dataSources", []))

    def has_data(self, user_id: str) -> bool:
        return bool(self._find(user_id).get("hasData"))

    def get_summary(self, kind: str, user_id: str) -> dict[str, Any] | None:
        summary: dict[str, Any] | None = self._find(user_id).get("summaries", {}).get(kind)
        return summary

    def set_alerts(self, owner_id: str, follower_id: str, config: dict[str, Any]) -> None:
        data.set_data(owner_id, {f"alerts.{follower_id}": config})

    # --- what tests and demonstrations tell it ---------------------------------------------------------------
    def set_data_sources(self, user_id: str, sources: list[dict[str, Any]]) -> None:
        data.set_data(user_id, {"dataSources": sources})

    def set_has_data(self, user_id: str) -> None:
        data.set_data(user_id, {"hasData": True})

    def set_summary(self, kind: str, user_id: str, summary: dict[str, Any]) -> None:
        data.set_data(user_id, {f"summaries.{kind}": summary})

    def get_alerts(self, owner_id: str, follower_id: str) -> dict[str, Any] | None:
        config: dict[str, Any] | None = self._find(owner_id).get("alerts", {}).get(follower_id)
        return config

    @staticmethod
    def _find(user_id: str) -> dict[str, Any]:
        return data.find_data(user_id) or {}
