"""The ids under which Slack tells what was pressed or submitted."""

APPROVE = "request.approve"
REJECT = "request.reject"
SHOW_JSON = "request.json"
SEND_NOW = "request.send_now"
OPEN_IN_OCP = "open.ocp"

FORM = "form.create"
WHY = "form.reject"
FORM_ANSWER = "answer"
"""The action_id of every input element; its block_id is the field's id."""
