"""The cluster: one that exists, or one of TKE."""

from components.cluster.api_servers import ApiServers
from components.cluster.connect import connect
from components.cluster.recorded_state import RecordedState

__all__ = ["ApiServers", "RecordedState", "connect"]
