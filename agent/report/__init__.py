"""The report of a call: one self-contained HTML page that people look at before they read.

In: the journal, the result and the two channels. Out: HTML that needs no network.
"""

from agent.report.page import environment, render_report, stylesheet

__all__ = ["environment", "render_report", "stylesheet"]
