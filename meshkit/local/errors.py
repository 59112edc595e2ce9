"""What can go wrong with a local mesh, in words for the person who starts it."""


class LocalMeshError(Exception):
    """The local mesh cannot do what was asked; the message says why and what helps."""


class WrongOptionError(LocalMeshError):
    """What was asked for is not something that a local mesh can be asked for."""


class MeshRunningError(LocalMeshError):
    """Another mesh already runs in the state directory."""
