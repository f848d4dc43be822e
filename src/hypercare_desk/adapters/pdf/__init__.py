"""The handoff pack as a PDF: a snapshot goes in, a file comes out, made by a child process that can be stopped.

Belongs here: the pack's pages (templates filled from a snapshot), its charts, the closed set of files that it may
use, the child process and reading attachments back. Does not belong here: what goes into a pack (``services``).
"""

from hypercare_desk.adapters.pdf.renderer import PdfRenderer

__all__ = ["PdfRenderer"]
