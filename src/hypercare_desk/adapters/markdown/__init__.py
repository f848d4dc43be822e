"""Markdown to safe HTML: one renderer for screen and PDF, in a child process with a time limit.

Belongs here: the renderer, its Markdown extensions, the allow-list of the sanitiser.
Does not belong here: styles (resources), the look of pages (ui), the pack's layout (adapters/pdf).
"""

from hypercare_desk.adapters.markdown.renderer import MarkdownRenderer

__all__ = ["MarkdownRenderer"]
