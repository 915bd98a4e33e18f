"""A Slack to run the bot against: Web API, Socket Mode and signed deliveries on loopback."""

from .delivery import Ack, LateAck
from .faults import Fault
from .model import Message, Room, Usergroup
from .person import Person
from .results import Answer, Click, Submission
from .sandbox import SandboxSlack
from .views import View

__all__ = [
    "Ack",
    "Answer",
    "Click",
    "Fault",
    "LateAck",
    "Message",
    "Person",
    "Room",
    "SandboxSlack",
    "Submission",
    "Usergroup",
    "View",
]
