"""Settings for tests: variables that are right, and a bot.toml that is."""

COMMON = {"SLACK_BOT_TOKEN": "xoxb-good", "SLACK_APP_TOKEN": "xapp-good"}
ONE = {
    "APPROVALS_CHANNEL": "C0123456789",
    "APPROVERS": "U0123456789, U0987654321",
    "OCP_URL": "http://ocp.example.com:8080/",
    "OCP_USERNAME": "obproxy-bot",
    "OCP_PASSWORD": "not-a-real-one",
}
"""The variables that make one environment."""

GOOD = COMMON | ONE
BESIDE = COMMON | {"OCP_PROD_PASSWORD": "of-prod", "OCP_STAGING_PASSWORD": "of-staging"}
"""The variables that BOT_TOML needs."""

PROD = """\
url = "https://ocp.example.com"
username = "obproxy-bot"
password_env = "OCP_PROD_PASSWORD"
approvals_channel = "C0123456789"
approvers = ["U0123456789", "U0987654321"]
"""
"""The least that an environment's table holds."""

STAGING = PROD.replace("ocp.example.com", "staging.example.com").replace("PROD", "STAGING")
BOT_TOML = f"[environments.prod]\n{PROD}\n[environments.staging]\n{STAGING}"
