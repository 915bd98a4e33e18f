"""The edge to OceanBase Cloud Platform; the only importer of httpx."""

from .client import OcpClient
from .wire import Limits

__all__ = ["Limits", "OcpClient"]
