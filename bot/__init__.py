"""OBProxy Bot: OBProxy clusters from Slack, through OceanBase Cloud Platform."""
