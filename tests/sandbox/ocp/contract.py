"""Checks answers against the OpenAPI file of OCP."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

HERE = Path(__file__).parents[2] / "contract"
OPENAPI = "urn:ocp"


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI file, read once."""
    loaded: dict[str, Any] = yaml.load((HERE / "ocp.openapi.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    return loaded


def fixture(name: str) -> Any:
    """Return one sample of `fixtures/ocp`."""
    return json.loads((HERE / "fixtures" / "ocp" / name).read_text())


def check(method: str, path: str, status: int, media_type: str, body: Any) -> None:
    """Fail unless *body* is what the operation may answer with that status."""
    template = path_template(path)
    response = _response(document()["paths"][template][method.lower()]["responses"], status)
    errors = sorted(validator(response, media_type).iter_errors(body), key=str)
    assert not errors, f"{method} {path} -> {status}: {errors[0].message} at {errors[0].json_path}\n{body}"


def path_template(path: str) -> str:
    """Return the documented path that *path* is an instance of."""
    for template in document()["paths"]:
        pattern = re.sub(r"\{\w+\}", r"\\d+", template)
        if re.fullmatch(pattern, path):
            return str(template)
    raise AssertionError(f"{path} is not documented")


def _response(responses: dict[str, Any], status: int) -> str:
    key = str(status) if str(status) in responses else "default"
    reference = responses[key].get("$ref")
    return reference or "#" + _pointer(responses, key)


def _pointer(responses: dict[str, Any], key: str) -> str:
    for template, operations in document()["paths"].items():
        for method, operation in operations.items():
            if isinstance(operation, dict) and operation.get("responses") is responses:
                return f"/paths/{template.replace('/', '~1')}/{method}/responses/{key}"
    raise AssertionError("not a response of this document")


@cache
def validator(response: str, media_type: str) -> Draft202012Validator:
    """Return the validator of one response, given as a JSON pointer into the document."""
    registry: Registry[Any] = Registry().with_resource(OPENAPI, DRAFT202012.create_resource(document()))
    pointer = f"{response}/content/{media_type.replace('/', '~1')}/schema"
    reference = (OPENAPI + pointer).replace("{", "%7B").replace("}", "%7D")
    return Draft202012Validator(
        {"$ref": reference}, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
