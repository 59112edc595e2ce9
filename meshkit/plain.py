"""Between protobuf messages and frozen dataclasses of the same field names.

The analytics know no protobuf; contracts mirror their dataclasses field by field, so that the way
between the two is mechanical and one mistake in a name fails at once.
"""

import dataclasses
import types
import typing
from collections.abc import Hashable
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from google.protobuf.message import Message

Msg = TypeVar("Msg", bound=Message)
Plain = TypeVar("Plain")


def to_message(value: Any, message_type: type[Msg]) -> Msg:  # noqa: ANN401 - any dataclass
    """The message with the fields of a dataclass; None leaves a field unset.

    Raises:
        ValueError: when the message lacks one of the fields.
    """
    message = message_type()
    _fill(message, value)
    return message


def from_message(message: Message, plain_type: type[Plain]) -> Plain:
    """The dataclass with the fields of a message; unset optional fields are None.

    Raises:
        ValueError: when the message lacks one of the fields, or a string is none of its StrEnum.
    """
    arguments: dict[str, Any] = {}
    for name, hint in _hints(typing.cast("Hashable", plain_type)).items():
        descriptor = message.DESCRIPTOR.fields_by_name.get(name)
        if descriptor is None:
            msg = f"{message.DESCRIPTOR.full_name} has no field {name}"
            raise ValueError(msg)
        inner, optional = _inner(hint)
        value = getattr(message, name)
        if optional and not message.HasField(name):
            arguments[name] = None
        elif descriptor.is_repeated:
            arguments[name] = tuple(_plain(item, inner) for item in value)
        else:
            arguments[name] = _plain(value, inner)
    return plain_type(**arguments)


def _fill(message: Message, value: Any) -> None:  # noqa: ANN401
    for field in dataclasses.fields(value):
        item = getattr(value, field.name)
        descriptor = message.DESCRIPTOR.fields_by_name.get(field.name)
        if descriptor is None:
            msg = f"{message.DESCRIPTOR.full_name} has no field {field.name}"
            raise ValueError(msg)
        if item is None:
            continue
        if descriptor.is_repeated:
            target = getattr(message, field.name)
            for element in item:
                if dataclasses.is_dataclass(element):
                    _fill(target.add(), element)
                else:
                    target.append(element)
        elif dataclasses.is_dataclass(item):
            nested = getattr(message, field.name)
            nested.SetInParent()
            _fill(nested, item)
        else:
            setattr(message, field.name, item)


def _plain(value: Any, hint: Any) -> Any:  # noqa: ANN401
    if isinstance(hint, type):
        if dataclasses.is_dataclass(hint):
            return from_message(value, hint)
        if issubclass(hint, StrEnum):
            return hint(value)
    return value


@cache
def _hints(plain_type: Hashable) -> dict[str, Any]:
    known: Any = plain_type
    hints = typing.get_type_hints(known)
    return {field.name: hints[field.name] for field in dataclasses.fields(known)}


def _inner(hint: Any) -> tuple[Any, bool]:  # noqa: ANN401
    """The element or inner type of a hint, and whether it may be None."""
    arguments = typing.get_args(hint)
    if isinstance(hint, types.UnionType):
        inner = next(item for item in arguments if item is not types.NoneType)
        return inner, True
    return (arguments[0], False) if arguments else (hint, False)
