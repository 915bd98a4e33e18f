"""The body of POST /api/v2/obproxy/clusters, in OCP's spelling."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Parameter(_Part):
    """One OBProxy setting; its value is text, for numbers too."""

    name: str
    value: str


class Link(_Part):
    """An OceanBase cluster to connect to; obClusterId is the cluster's own id, not OCP's."""

    name: str = Field(serialization_alias="clusterName")
    id: int = Field(serialization_alias="obClusterId")
    user: str = Field(serialization_alias="username")


class InstallPart(_Part):
    """Where and what to install; `package` is the whole file name that OCP calls version."""

    hosts: list[int] = Field(serialization_alias="hostIds")
    sql_port: int
    exporter_port: int = Field(exclude=True)
    package: str = Field(serialization_alias="version")


class CreateBody(_Part):
    """The whole body; without an install part the cluster is created empty."""

    name: str
    address: str
    port: int
    work_mode: str
    install: InstallPart | None = Field(default=None, exclude=True)
    links: list[Link] = Field(serialization_alias="obLinks")
    startup_parameters: list[Parameter]
    parameters: list[Parameter]

    def to_json(self, exporter_port_names: tuple[str, ...]) -> dict[str, Any]:
        """Return the body; both lists of parameters are always there, empty if there is nothing to say."""
        body = self.model_dump(by_alias=True)
        if self.install is not None:
            ports = dict.fromkeys(exporter_port_names, self.install.exporter_port)
            body["obproxyInstallParam"] = {**self.install.model_dump(by_alias=True), **ports}
        return body
