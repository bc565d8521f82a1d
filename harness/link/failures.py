"""A device's ERROR answer as an exception."""

from __future__ import annotations

from harness.errors import HarnessError, LinkError, ModelError
from harness.link.messages import ErrorAnswer, ErrorCode, MessageType

_DETAILS = {
    ErrorCode.UNKNOWN_REQUEST: "request type {detail:#04x}",
    ErrorCode.MALFORMED_PAYLOAD: "{detail} bytes expected",
    ErrorCode.OUT_OF_RANGE: "the limit is {detail}",
    ErrorCode.SLOT_NOT_WRITABLE: "the model slot is flash",
    ErrorCode.SLOT_CRC_DIFFERS: "the slot's CRC-32 is {detail:#010x}",
    ErrorCode.NO_MODEL: "no model is loaded",
    ErrorCode.BAD_MODEL: "at byte or index {detail}",
    ErrorCode.UNSUPPORTED: "op {detail}",
    ErrorCode.ARENA_TOO_SMALL: "{detail} bytes needed",
    ErrorCode.ENGINE_FAILED: "op {detail}",
    ErrorCode.NO_SUCH_BAUD: "{detail} bits a second",
    ErrorCode.PROCESSOR_FAULT: "fault status register CFSR {detail:#010x}",
    ErrorCode.NO_MEMORY: "no memory of its own at {detail:#010x}",
}
_REBUILD = "rebuild the firmware: it and the harness disagree"
_FIXES = {
    ErrorCode.SLOT_NOT_WRITABLE: "have the model flashed before the start",
    ErrorCode.SLOT_CRC_DIFFERS: "put the model in the slot again",
    ErrorCode.NO_MODEL: "load a model first",
    ErrorCode.BAD_MODEL: "convert the model again",
    ErrorCode.UNSUPPORTED: "change the model, or use an engine that has this op",
    ErrorCode.ARENA_TOO_SMALL: "make the model smaller, or use a board with a larger arena",
    ErrorCode.ENGINE_FAILED: "check the model with --check; if it is sound, report a bug of the engine",
    ErrorCode.NO_SUCH_BAUD: "lower baud in boards.toml",
    ErrorCode.PROCESSOR_FAULT: "raise stack_bytes in boards.toml, correct its memories, or report a bug",
    ErrorCode.NO_MEMORY: "correct this part of the board's firmware in boards.toml, or the memory that it names",
}


class DeviceError(LinkError):
    """The device refused a request. `answer` holds its code, detail and text."""

    def __init__(self, cause: str, fix: str, answer: ErrorAnswer) -> None:
        super().__init__(cause, fix)
        self.answer = answer


class RefusedModelError(ModelError):
    """The device's engine refused the model. `answer` holds its code, detail and text."""

    def __init__(self, cause: str, fix: str, answer: ErrorAnswer) -> None:
        super().__init__(cause, fix)
        self.answer = answer


_MODEL_CODES = (ErrorCode.BAD_MODEL, ErrorCode.UNSUPPORTED, ErrorCode.ARENA_TOO_SMALL)


def device_error(request: MessageType, answer: ErrorAnswer) -> HarnessError:
    """The exception for `answer` to a request."""
    known = answer.code in ErrorCode.__members__.values()
    detail = _DETAILS[ErrorCode(answer.code)].format(detail=answer.detail) if known else f"detail {answer.detail}"
    cause = f"{request.name}: the device answers error {answer.code}: {answer.text} ({detail})"
    kind = RefusedModelError if answer.code in _MODEL_CODES else DeviceError
    return kind(cause, _FIXES.get(ErrorCode(answer.code), _REBUILD) if known else _REBUILD, answer)
