"""What tasks make for keeps: named items in versions, a tenant's own, that outlive their tasks."""

from meshkit.library.items import Item, Kind, NewVersion, version_name
from meshkit.library.library import Library

__all__ = ["Item", "Kind", "Library", "NewVersion", "version_name"]
