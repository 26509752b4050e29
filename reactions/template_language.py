"""What a template may be made of: expressions, loops, conditions. Nothing that calls, includes, defines, or looks inside Python.

Jinja's sandbox bounds neither time nor memory; this does: what is not named here is refused when a target is saved, and what
is left is counted while it runs.
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.exceptions import TemplateRuntimeError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reactions.json_writing import CLOSE, OPEN, as_json_text
from reactions.template_filters import FILTERS, TESTS, AsJson, bounded_size, number, text_of

LONGEST_SECONDS = 2.0
MOST_STEPS = 50_000
LARGEST = 262_144
OF_LOOPS = {"index", "index0", "revindex", "revindex0", "first", "last", "length", "even", "odd"}
ALLOWED = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Assign, nodes.Name, nodes.Const),
    *(nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Test, nodes.Keyword, nodes.CondExpr),
    *(nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg, nodes.Pos, nodes.Concat),
    *(nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod),
    *(nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair),
)
WORDS_OF = {
    nodes.Call: "Functions cannot be called in a template. Use a filter, such as {{ spend|number_format(2) }}.",
    nodes.Pow: "Powers cannot be counted in a template.",
    nodes.AssignBlock: "A set has one value: {% set name = value %}.",
}


class NotAllowed(Exception):
    """The template holds something that templates here do not have."""


@dataclass
class Budget:
    """What one rendering has used up."""

    ends: float = field(default_factory=lambda: time.monotonic() + LONGEST_SECONDS)
    steps: int = 0
    size: int = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise TemplateRuntimeError(f"its loops turn more than {MOST_STEPS:,} times")
        self.look_at_the_clock()

    def write(self, length: int) -> None:
        self.size += length
        if self.size > LARGEST:
            raise TemplateRuntimeError(f"it makes more than {LARGEST // 1024} kB")
        self.look_at_the_clock()

    def look_at_the_clock(self) -> None:
        if time.monotonic() > self.ends:
            raise TemplateRuntimeError(f"it takes longer than {LONGEST_SECONDS:g} seconds")


budget: ContextVar[Budget] = ContextVar("budget")


def marked(value) -> str:
    """The value in its place, still to be written."""
    if isinstance(value, Undefined):
        # Raises, and says what is missing.
        str(value)
    is_json = isinstance(value, AsJson)
    text = as_json_text(value.value if is_json else value)
    budget.get().write(len(text))
    return f"{OPEN}{'j' if is_json else 'v'}{text}{CLOSE}"


def counted(values) -> Iterator:
    """What a loop goes through, one step of the budget at a time."""
    if not isinstance(values, (list, tuple, str, Mapping)):
        raise TemplateRuntimeError("a loop goes through a list")
    for value in values:
        budget.get().step()
        yield value


def joined(values) -> str:
    texts = [text_of(value) for value in values]
    bounded_size(sum(map(len, texts)))
    return "".join(texts)


class Language(ImmutableSandboxedEnvironment):
    """Jinja, of which nothing is left but what `ALLOWED` names."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%"})

    def __init__(self):
        super().__init__(undefined=StrictUndefined, finalize=marked, autoescape=False, cache_size=0)
        self.filters = FILTERS | {"_counted": counted, "_joined": joined}
        self.tests = {name: test for name, test in self.tests.items() if name in COMPARING} | TESTS
        self.globals = {"null": None}

    def getattr(self, obj, attribute: str):
        """A key of a mapping, and what a loop knows of itself. Never an attribute of a Python object."""
        return self.getitem(obj, attribute)

    def getitem(self, obj, argument):
        if isinstance(obj, Undefined):
            # `a.b|default('x')` is for a missing `a` as well.
            return obj
        if isinstance(obj, LoopContext) and argument in OF_LOOPS:
            return self._of_loop(obj, argument)
        if isinstance(obj, Mapping) and argument in obj:
            return obj[argument]
        if isinstance(obj, (list, tuple, str)) and isinstance(argument, (int, slice)):
            try:
                return obj[argument]
            except IndexError:
                pass
        return self.undefined(f"“{str(argument)[:80]}” is not known here")

    @staticmethod
    def _of_loop(loop: LoopContext, name: str):
        if name in ("even", "odd"):
            return loop.index % 2 == (name == "odd")
        return getattr(loop, name)

    def call_binop(self, context, operator: str, left, right):
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return joined([left, right])
        left, right = number(left), number(right)
        try:
            result = {
                "+": Decimal.__add__,
                "-": Decimal.__sub__,
                "*": Decimal.__mul__,
                "/": Decimal.__truediv__,
                "//": Decimal.__floordiv__,
                "%": Decimal.__mod__,
            }[operator](left, right)
        except ArithmeticError as error:
            raise TemplateRuntimeError("it divides by nothing") from error
        return number(result)


COMPARING = {"eq", "ne", "lt", "le", "gt", "ge", "==", "!=", "<", "<=", ">", ">=", "equalto"}
LANGUAGE = Language()
ELSEIF_OF_TWIG = re.compile(r"\{%(-?)\s*elseif\b")


def parsed(source: str) -> nodes.Template:
    """The template as a tree that can be compiled. Raises NotAllowed, TemplateSyntaxError, RecursionError."""
    tree = LANGUAGE.parse(ELSEIF_OF_TWIG.sub(r"{%\1 elif", source))
    check(tree)
    for loop in tree.find_all(nodes.For):
        loop.iter = filtered(loop.iter, "_counted")
    return replaced(tree)


def check(tree: nodes.Template) -> None:
    for node in walk(tree):
        if not isinstance(node, ALLOWED):
            kind = type(node).__name__.lower()
            raise NotAllowed(WORDS_OF.get(type(node), f"Templates here have no “{kind}” (line {node.lineno})."))
        if isinstance(node, nodes.For) and node.recursive:
            raise NotAllowed("A loop cannot be recursive here.")
        if isinstance(node, nodes.Assign) and not isinstance(node.target, nodes.Name):
            raise NotAllowed("A set has one name: {% set name = value %}.")
        if isinstance(node, (nodes.List, nodes.Tuple, nodes.Dict)) and not is_plain(node):
            # Lists of lists of themselves grow without end.
            raise NotAllowed("A list that is written in a template holds texts and numbers only.")
        for name in names_in(node):
            if name.startswith("_"):
                raise NotAllowed(f"“{name[:80]}” is internal: names that begin with an underscore cannot be asked for.")


def is_plain(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Tuple) and node.ctx == "store":
        return True
    return all(isinstance(one, (nodes.Const, nodes.Pair)) for one in node.iter_child_nodes())


def names_in(node: nodes.Node) -> list[str]:
    if isinstance(node, nodes.Getattr):
        return [node.attr]
    if isinstance(node, (nodes.Name, nodes.Filter, nodes.Test)):
        return [node.name]
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return [str(node.arg.value)]
    return []


def walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from walk(child)


def filtered(node: nodes.Expr, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


def replaced(node):
    """The tree with every `a ~ b` joined by our own filter, which is bounded."""
    for name, value in list(node.iter_fields()):
        if isinstance(value, list):
            setattr(node, name, [replaced(one) if isinstance(one, nodes.Node) else one for one in value])
        elif isinstance(value, nodes.Node):
            setattr(node, name, replaced(value))
    if isinstance(node, nodes.Concat):
        return filtered(nodes.List(node.nodes, lineno=node.lineno), "_joined")
    return node
