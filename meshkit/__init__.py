"""The shared runtime of every process of the mesh: everything a service needs that is not about content."""

__version__ = "0.1.0"
