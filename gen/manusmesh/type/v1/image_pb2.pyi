from buf.validate import validate_pb2 as _validate_pb2
from manusmesh.type.v1 import evidence_pb2 as _evidence_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ImageReport(_message.Message):
    __slots__ = ("images", "receipts")
    IMAGES_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    images: _containers.RepeatedCompositeFieldContainer[ExaminedImage]
    receipts: _containers.RepeatedCompositeFieldContainer[_evidence_pb2.FetchReceipt]
    def __init__(self, images: _Optional[_Iterable[_Union[ExaminedImage, _Mapping]]] = ..., receipts: _Optional[_Iterable[_Union[_evidence_pb2.FetchReceipt, _Mapping]]] = ...) -> None: ...

class ExaminedImage(_message.Message):
    __slots__ = ("index", "url", "receipt_id", "failure", "measures")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    index: int
    url: str
    receipt_id: str
    failure: str
    measures: ImageMeasures
    def __init__(self, index: _Optional[int] = ..., url: _Optional[str] = ..., receipt_id: _Optional[str] = ..., failure: _Optional[str] = ..., measures: _Optional[_Union[ImageMeasures, _Mapping]] = ...) -> None: ...

class ImageMeasures(_message.Message):
    __slots__ = ("format", "width", "height", "palette", "text_known", "text_boxes")
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    PALETTE_FIELD_NUMBER: _ClassVar[int]
    TEXT_KNOWN_FIELD_NUMBER: _ClassVar[int]
    TEXT_BOXES_FIELD_NUMBER: _ClassVar[int]
    format: str
    width: int
    height: int
    palette: _containers.RepeatedCompositeFieldContainer[ColourShare]
    text_known: bool
    text_boxes: _containers.RepeatedCompositeFieldContainer[TextBox]
    def __init__(self, format: _Optional[str] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., palette: _Optional[_Iterable[_Union[ColourShare, _Mapping]]] = ..., text_known: _Optional[bool] = ..., text_boxes: _Optional[_Iterable[_Union[TextBox, _Mapping]]] = ...) -> None: ...

class ColourShare(_message.Message):
    __slots__ = ("colour", "share")
    COLOUR_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    colour: str
    share: float
    def __init__(self, colour: _Optional[str] = ..., share: _Optional[float] = ...) -> None: ...

class TextBox(_message.Message):
    __slots__ = ("left", "top", "width", "height", "confidence", "contrast_ratio", "colour", "ground")
    LEFT_FIELD_NUMBER: _ClassVar[int]
    TOP_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    CONTRAST_RATIO_FIELD_NUMBER: _ClassVar[int]
    COLOUR_FIELD_NUMBER: _ClassVar[int]
    GROUND_FIELD_NUMBER: _ClassVar[int]
    left: int
    top: int
    width: int
    height: int
    confidence: float
    contrast_ratio: float
    colour: str
    ground: str
    def __init__(self, left: _Optional[int] = ..., top: _Optional[int] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., confidence: _Optional[float] = ..., contrast_ratio: _Optional[float] = ..., colour: _Optional[str] = ..., ground: _Optional[str] = ...) -> None: ...
