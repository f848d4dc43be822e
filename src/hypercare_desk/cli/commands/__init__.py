"""One module a command: ``configure(parser)`` says its arguments, each leaf sets ``run(context) -> exit status``.

A command that is not there yet is absent. Modules are imported only when their command was typed.
"""
