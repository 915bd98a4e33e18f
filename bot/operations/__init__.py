"""What OCP can be asked to do: one file an operation, found by `load`; nothing else names them."""

from bot.ports import Operation

from .create_cluster import CreateCluster


def load(*, exporter_port_names: tuple[str, ...]) -> dict[str, Operation]:
    """Return the operations by key. *exporter_port_names* are the spellings under which OCP gets the exporter port."""
    operations: tuple[Operation, ...] = (CreateCluster(exporter_port_names),)
    return {operation.key: operation for operation in operations}
