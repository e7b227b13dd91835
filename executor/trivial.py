"""Which functions are trivial: they can neither print, wait, loop nor call anything but a few pure built-ins.

Told from the bytecode, without running it. The engine calls such a function without markers and log keeping. When
in doubt the answer is no. It must stay right on every Python from 3.11 on: unknown instructions are not trivial.
"""

from __future__ import annotations

import opcode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

_PURE = frozenset(("abs", "bool", "divmod", "float", "int", "isinstance", "len", "max", "min", "round", "str"))
_PLAIN = (int, float, bool, str, bytes, type(None))
_ALLOWED = frozenset(
    (
        "RESUME", "NOP", "CACHE", "EXTENDED_ARG", "NOT_TAKEN",
        "LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW",
        "LOAD_FAST_BORROW_LOAD_FAST_BORROW", "STORE_FAST", "STORE_FAST_STORE_FAST", "STORE_FAST_LOAD_FAST",
        "LOAD_CONST", "LOAD_SMALL_INT", "RETURN_CONST", "RETURN_VALUE", "POP_TOP", "COPY", "SWAP",
        "UNARY_POSITIVE", "UNARY_NEGATIVE", "UNARY_NOT", "UNARY_INVERT", "TO_BOOL",
        "BINARY_OP", "COMPARE_OP", "IS_OP", "CONTAINS_OP",
        "BUILD_TUPLE", "BUILD_LIST", "BUILD_MAP", "BUILD_CONST_KEY_MAP",
        "JUMP_FORWARD", "POP_JUMP_IF_TRUE", "POP_JUMP_IF_FALSE", "POP_JUMP_IF_NONE", "POP_JUMP_IF_NOT_NONE",
        "POP_JUMP_FORWARD_IF_TRUE", "POP_JUMP_FORWARD_IF_FALSE", "POP_JUMP_FORWARD_IF_NONE",
        "POP_JUMP_FORWARD_IF_NOT_NONE", "JUMP_IF_TRUE_OR_POP", "JUMP_IF_FALSE_OR_POP",
        "LOAD_GLOBAL", "PUSH_NULL", "PRECALL", "CALL", "KW_NAMES",
    )
)  # fmt: skip
_GENERATOR_FLAGS = 0x20 | 0x80 | 0x200  # generator, coroutine, asynchronous generator


def is_trivial(function: object) -> bool:
    """Is this a plain function of the kind above?"""
    if type(function).__name__ != "function":
        return False
    code: CodeType = function.__code__  # type: ignore[attr-defined]
    if code.co_flags & _GENERATOR_FLAGS or code.co_freevars or code.co_cellvars:
        return False
    names = opcode.opname
    raw = code.co_code
    if any(names[raw[at]] not in _ALLOWED for at in range(0, len(raw), 2)):
        return False
    globals_ = function.__globals__  # type: ignore[attr-defined]
    return all(isinstance(globals_[name], _PLAIN) if name in globals_ else name in _PURE for name in code.co_names)
