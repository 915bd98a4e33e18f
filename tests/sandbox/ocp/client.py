"""A client of the sandbox that checks every answer against the contract."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.sandbox.ocp import SandboxOcp

from . import contract

CLUSTERS = "/api/v2/obproxy/clusters"
TASKS = "/api/v2/tasks/instances"
PACKAGE = "obproxy-ce-4.2.1.0-11.el7.x86_64.rpm"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `data` and `error` are the envelope's."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def data(self) -> Any:
        return self.body["data"]

    @property
    def error(self) -> Any:
        return self.body["error"]


@dataclass(slots=True)
class Client:
    """Speaks to one sandbox; *checks* off lets answers through that a fault has spoilt."""

    ocp: SandboxOcp
    session: aiohttp.ClientSession
    checks: bool = True

    async def get(self, path: str, **query: str) -> Answer:
        return await self._call("GET", path, query, None)

    async def post(self, path: str, body: Any = None) -> Answer:
        return await self._call("POST", path, {}, body)

    async def create(self, **changes: Any) -> Answer:
        return await self.post(CLUSTERS, a_create(**changes))

    async def task(self, number: int) -> Any:
        return (await self.get(f"{TASKS}/{number}")).data

    async def _call(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Answer:
        url = self.ocp.url + path
        async with self.session.request(method, url, params=query, json=body, allow_redirects=False) as response:
            answer = Answer(response.status, response.headers, await response.text())
        if self.checks:
            assert response.status == 200 or answer.body["status"] == response.status
            is_text = response.content_type == "text/plain"
            content = answer.text if is_text else answer.body
            contract.check(method, path, response.status, response.content_type, content)
        return answer


def a_create(*, hosts: tuple[int, ...] = (11, 12), install: Mapping[str, Any] | None = None, **changes: Any) -> Any:
    """Return a body that OCP takes; *install* replaces members of the install part."""
    part = {"hostIds": list(hosts), "sqlPort": 2883, "exportPort": 2884, "exporterPort": 2884, "version": PACKAGE}
    body = {
        "name": "pay_01",
        "address": "pay.example.com",
        "port": 2883,
        "workMode": "CONFIG_URL",
        "obproxyInstallParam": part | dict(install or {}),
        "obLinks": [{"clusterName": "ob_pay", "obClusterId": 1, "username": "proxyro"}],
        "startupParameters": [],
        "parameters": [{"name": "proxy_mem_limited", "value": "2G"}],
    }
    return body | changes
