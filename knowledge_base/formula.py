"""Formulas of `calculations/*.yaml`: arithmetic on answers and indexed amounts, evaluated safely and shown in words."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

Value = Decimal | str | bool
Shown = Callable[[str], str]  # how the name of an answer or of an indexed amount stands in the working

_ARITHMETIC: dict[type[ast.operator], tuple[str, Callable[[Decimal, Decimal], Decimal]]] = {
    ast.Add: ("+", lambda left, right: left + right),
    ast.Sub: ("−", lambda left, right: left - right),
    ast.Mult: ("×", lambda left, right: left * right),
    ast.Div: ("÷", lambda left, right: left / right),
}
_FUNCTIONS = ("min", "max", "percent", "tenge")
_SUM, _PRODUCT, _ATOM = 1, 2, 3  # how tightly the parts of an expression hold together

__all__ = ["Formula", "Value", "Working", "number"]


@dataclass(frozen=True)
class Working:
    """How an amount was computed: the arithmetic, and the limits (already written out) that cut what went into it."""

    text: str
    capped: tuple[str, ...] = ()
    raised: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Part:
    text: str
    tightness: int

    def within(self, tightness: int) -> str:
        return self.text if self.tightness >= tightness else f"({self.text})"


class Formula:
    """One expression: `+ - * /`, `min`, `max`, `percent(40)`, `tenge(1725)`, comparisons, `in`, `and`, `or`, `not`.

    Names stand for answers and for indexed amounts (`mrp`). Computes with `Decimal`, so nothing is lost before the
    rounding at the end.
    """

    def __init__(self, text: str) -> None:
        """Raises `ValueError` where `text` is no formula."""
        self.text = text
        self._tree = _parse(text)

    @property
    def names(self) -> frozenset[str]:
        """The answers and indexed amounts that the formula needs."""
        called = {id(node.func) for node in ast.walk(self._tree) if isinstance(node, ast.Call)}
        return frozenset(
            node.id for node in ast.walk(self._tree) if isinstance(node, ast.Name) and id(node) not in called
        )

    @property
    def compared(self) -> dict[str, frozenset[str]]:
        """The texts that each name is compared with: a choice must have such options."""
        found: dict[str, set[str]] = {}
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name):
                texts = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant)}
                found.setdefault(node.left.id, set()).update(one for one in texts if isinstance(one, str))
        return {name: frozenset(texts) for name, texts in found.items()}

    @property
    def thresholds(self) -> dict[str, frozenset[Decimal]]:
        """The numbers that each name is compared with: on their two sides the formula may differ."""
        found: dict[str, set[Decimal]] = {}
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Compare) and isinstance(node.left, ast.Name):
                numbers = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant)}
                found.setdefault(node.left.id, set()).update(
                    Decimal(str(one)) for one in numbers if not isinstance(one, str)
                )
        return {name: frozenset(numbers) for name, numbers in found.items()}

    def amount(self, values: Mapping[str, Value]) -> Decimal:
        """The formula as a number. Raises `ValueError` where it is none, `KeyError` for a name without a value."""
        result = _value(self._tree, values)
        if not isinstance(result, Decimal):
            raise ValueError(f"«{self.text}» gives no number")
        return result

    def holds(self, values: Mapping[str, Value]) -> bool:
        """The formula as a condition. Raises as `amount` does."""
        result = _value(self._tree, values)
        if not isinstance(result, bool):
            raise ValueError(f"«{self.text}» is no condition")
        return result

    def working(self, values: Mapping[str, Value], shown: Shown) -> Working:
        """The arithmetic with its numbers filled in: `38 × 4 325 ₸ (МРП)`; of `min` and `max` the argument that won.

        The first argument of `min` and `max` is what is computed, the others are its limits.
        """
        capped: list[str] = []
        raised: list[str] = []

        def write(node: ast.expr) -> _Part:
            match node:
                case ast.Constant():
                    return _Part(number(Decimal(str(node.value))), _ATOM)
                case ast.Name():
                    return _Part(shown(node.id), _ATOM)
                case ast.UnaryOp():
                    return _Part(f"−{write(node.operand).within(_ATOM)}", _SUM)
                case ast.BinOp():
                    sign, _ = _ARITHMETIC[type(node.op)]
                    tightness = _SUM if isinstance(node.op, ast.Add | ast.Sub) else _PRODUCT
                    left, right = write(node.left).within(tightness), write(node.right)
                    return _Part(f"{left} {sign} {right.within(min(tightness + 1, _ATOM))}", tightness)
                case ast.Call(func=ast.Name(id="percent")):
                    return _Part(f"{write(node.args[0]).text} %", _ATOM)
                case ast.Call(func=ast.Name(id="tenge")):
                    return _Part(f"{write(node.args[0]).text} ₸", _ATOM)
                case ast.Call():
                    lowest = _name(node.func) == "min"
                    amounts = [_number(argument, values) for argument in node.args]
                    best = amounts.index(min(amounts) if lowest else max(amounts))
                    part = write(node.args[best])
                    if best:
                        (capped if lowest else raised).append(part.text)
                    return part
            raise ValueError(f"«{self.text}» gives no number")

        return Working(write(self._tree).text, tuple(capped), tuple(raised))


def number(value: Decimal) -> str:
    """A number as both languages write it: `1 234,5`, at most two decimals except where it was given with more.

    >>> number(Decimal("16.03"))
    '16,03'
    """
    places = -int(value.normalize().as_tuple().exponent)
    text = f"{value:,.{max(places, 0)}f}"
    return text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")


@lru_cache(maxsize=1024)
def _parse(text: str) -> ast.expr:
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise ValueError(f"«{text}» is no formula") from None
    for node in ast.walk(tree):
        if not _allowed(node):
            raise ValueError(f"«{text}»: a formula must not have {type(node).__name__}")
    return tree


def _allowed(node: ast.AST) -> bool:
    match node:
        case ast.Constant():
            return type(node.value) in (int, float, str)
        case ast.Call():
            known = _name(node.func) in _FUNCTIONS and not node.keywords
            return known and (len(node.args) >= 2 if _name(node.func) in ("min", "max") else len(node.args) == 1)
        case ast.Compare():
            return len(node.ops) == 1
        case ast.UnaryOp():
            return isinstance(node.op, ast.USub | ast.Not)
    return isinstance(
        node,
        ast.BinOp | ast.BoolOp | ast.Name | ast.Load | ast.Tuple | ast.And | ast.Or | ast.Not | ast.USub
        | ast.Add | ast.Sub | ast.Mult | ast.Div | ast.Eq | ast.NotEq | ast.Lt | ast.LtE | ast.Gt | ast.GtE
        | ast.In | ast.NotIn,
    )  # fmt: skip


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _number(node: ast.expr, values: Mapping[str, Value]) -> Decimal:
    value = _value(node, values)
    if not isinstance(value, Decimal):
        raise ValueError(f"«{ast.unparse(node)}» is no number")
    return value


def _value(node: ast.expr, values: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.Constant():
            return Decimal(str(node.value))
        case ast.Name():
            return values[node.id]
        case ast.UnaryOp(op=ast.Not()):
            return not _value(node.operand, values)
        case ast.UnaryOp():
            return -_number(node.operand, values)
        case ast.BinOp():
            return _ARITHMETIC[type(node.op)][1](_number(node.left, values), _number(node.right, values))
        case ast.BoolOp():
            each = (_value(one, values) is True for one in node.values)
            return all(each) if isinstance(node.op, ast.And) else any(each)
        case ast.Compare():
            return _compare(node, values)
        case ast.Call():
            numbers = [_number(argument, values) for argument in node.args]
            match _name(node.func):
                case "percent":
                    return numbers[0] / 100
                case "tenge":
                    return numbers[0]
                case "min":
                    return min(numbers)
            return max(numbers)
    raise ValueError(f"«{ast.unparse(node)}» has no value of its own")


def _compare(node: ast.Compare, values: Mapping[str, Value]) -> bool:
    left, [operator], [right_node] = _value(node.left, values), node.ops, node.comparators
    if isinstance(operator, ast.In | ast.NotIn):
        if not isinstance(right_node, ast.Tuple):
            raise ValueError(f"«{ast.unparse(node)}»: `in` needs a list")
        among = left in [_value(one, values) for one in right_node.elts]
        return among if isinstance(operator, ast.In) else not among
    right = _value(right_node, values)
    if isinstance(operator, ast.Eq | ast.NotEq):
        return (left == right) is isinstance(operator, ast.Eq)
    if not (isinstance(left, Decimal) and isinstance(right, Decimal)):
        raise ValueError(f"«{ast.unparse(node)}» compares what are no numbers")
    match operator:
        case ast.Lt():
            return left < right
        case ast.LtE():
            return left <= right
        case ast.Gt():
            return left > right
    return left >= right
