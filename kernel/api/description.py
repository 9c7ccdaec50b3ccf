"""drf-spectacular adapted to operations: which ones are described, their path parameters, their
components."""

import threading
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import spectacular_settings

from kernel import policy
from kernel.api import examples, failures, parameters
from kernel.api.operations import REGISTRY, Operation
from kernel.api.schema import COMPONENTS, Schema

_one_at_a_time = threading.Lock()
Endpoint = tuple[str, str, str, Any]


class OperationSchema(AutoSchema):
    """Takes path parameters from the operation instead of guessing them from a model."""

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        operation = REGISTRY[self.get_operation_id()]
        return [_path_parameter(name, operation) for name in variables]

    def get_operation(self, *args: Any) -> Any:
        operation: Any = super().get_operation(*args)
        view: Any = self.view
        spec = REGISTRY[self.get_operation_id()]
        variables = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"]
        for parameter in operation.get("parameters", ()):
            example = examples.of_parameter(parameter["name"], parameter["schema"])
            if example is not None:
                parameter["example"] = example
        listed = failures.responses(spec, self.method, variables, view.error_family)
        for response in operation["responses"].values():
            response.setdefault("headers", {}).update(failures.REQUEST_ID)
        operation["responses"].update(listed)
        if "requestBody" in operation and spec.body_required:
            operation["requestBody"]["required"] = True
        if policy.is_external(spec.id):
            operation["security"] = []  # no token is asked for
        return operation

    def get_auth(self) -> list[dict[str, Any]]:
        return list(spectacular_settings.SECURITY)


class Generator(SchemaGenerator):
    """The description is the same for every caller, so each process generates it once, in one thread: the
    generator's own bookkeeping is not thread-safe."""

    _cached: dict[str, Any] | None = None

    def get_schema(self, request: Any = None, public: bool = False) -> Any:  # noqa: FBT001, FBT002
        with _one_at_a_time:
            if Generator._cached is None:
                Generator._cached = super().get_schema(request=request, public=public)
            return Generator._cached


def _path_parameter(name: str, operation: Operation) -> dict[str, Any]:
    schema = operation.path.get(name) or parameters.path_schema(name)
    return {
        "in": "path",
        "name": name,
        "required": True,
        "description": described(schema),
        "schema": {key: value for key, value in schema.items() if key != "description"},
    }


def described(schema: Schema) -> str:
    """A schema's own description, or that of the component that it refers to."""
    if "description" in schema or "$ref" not in schema:
        return str(schema.get("description", ""))
    return described(COMPONENTS[schema["$ref"].rpartition("/")[2]])


def only_operations(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Leave out the catch-all route and everything else that is not an operation."""
    return [entry for entry in endpoints if _operation_of(entry) is not None]


def add_components(
    result: dict[str, Any],
    generator: Any,
    request: Any,
    public: bool,  # noqa: FBT001
) -> dict[str, Any]:
    components = result.setdefault("components", {})
    components["headers"] = failures.HEADERS
    components["responses"] = dict(sorted(failures.RESPONSES.items()))
    components.setdefault("schemas", {}).update(
        {
            name: COMPONENTS[name]
            for name in sorted(
                _used([result["paths"], result.get("webhooks", {}), components["responses"]])
            )
        }
    )
    examples.add_to(result)
    return result


def _operation_of(entry: Endpoint) -> Any:
    _, _, method, callback = entry
    name = getattr(callback, "actions", {}).get(method.lower())
    return getattr(getattr(callback.cls, name or "", None), "operation", None)


def _used(node: Any, seen: set[str] | None = None) -> set[str]:
    """Names of all components reachable from a part of the description."""
    seen = set() if seen is None else seen
    if isinstance(node, list):
        for item in node:
            _used(item, seen)
    elif isinstance(node, dict):
        _, _, name = str(node.get("$ref", "")).partition("#/components/schemas/")
        if name and name not in seen:
            seen.add(name)
            _used(COMPONENTS[name], seen)
        for value in node.values():
            _used(value, seen)
    return seen
