"""The shared runtime of the processes of the mesh: all that is not about content."""

__version__ = "0.1.0"
