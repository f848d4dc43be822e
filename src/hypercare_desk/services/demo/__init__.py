"""The demonstration: an order-to-cash go-live at a wholesaler, filled into an empty workspace.

Belongs here: what is made from a seed relative to a day (feedback with its histories, searches, measurements), and
putting it all into a workspace. Does not belong here: the words (``resources/demo``) and reading them
(``adapters/demo_content.py``).
"""

from hypercare_desk.services.demo.content import DemoContent
from hypercare_desk.services.demo.days import DemoDays, demo_days
from hypercare_desk.services.demo.filling import Filled, fill_demo

__all__ = ["DemoContent", "DemoDays", "Filled", "demo_days", "fill_demo"]
