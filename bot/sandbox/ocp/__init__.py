"""The sandbox OCP: a simulator of OceanBase Cloud Platform's REST API."""

from .faults import Fault
from .sandbox import SandboxOcp
from .states import Refused

__all__ = ["Fault", "Refused", "SandboxOcp"]
