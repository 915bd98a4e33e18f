"""The whole program against the sandbox: somebody does something, somebody sees something."""
