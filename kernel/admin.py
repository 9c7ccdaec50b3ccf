"""Where Django looks for an app's staff pages: importing the kit registers the kernel's own."""

from kernel import staff  # noqa: F401
