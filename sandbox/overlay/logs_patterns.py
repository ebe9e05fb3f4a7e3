"""Filter patterns of CloudWatch Logs: terms, any of several terms, excluded terms, regular expressions, JSON fields."""

import json
import operator
import re
from fnmatch import fnmatchcase

TERM = re.compile(r'\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|%(.*?)%|([^\s"%]+))')
COMPARE = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}


class Invalid(Exception):
    pass


def compiled(pattern):
    """A function from a message to whether it matches."""
    pattern = (pattern or "").strip()
    if not pattern:
        return lambda message: True
    if pattern.startswith("{"):
        return _json(pattern)
    if pattern.startswith("["):
        raise Invalid("The sandbox does not know patterns for space-delimited events.")
    return _terms(pattern)


def _terms(pattern):
    needed, optional, excluded = [], [], []
    at = 0
    while at < len(pattern):
        match = TERM.match(pattern, at)
        if not match:
            raise Invalid(f"Invalid filter pattern: {pattern}")
        mark, phrase, regex, word = match.groups()
        if word is not None and not re.fullmatch(r"[\w.]+", word):
            raise Invalid(f"Invalid character(s) in term '{word}'")
        {"": needed, "?": optional, "-": excluded}[mark].append(_test(phrase if phrase is not None else word, regex))
        at = match.end()
    if needed:
        optional = []  # beside needed terms AWS does not look at the optional ones
    return lambda message: (
        all(test(message) for test in needed)
        and (not optional or any(test(message) for test in optional))
        and not any(test(message) for test in excluded)
    )


def _test(text, regex):
    if regex is not None:
        return lambda message: re.search(regex, message) is not None
    return lambda message: text.replace('\\"', '"') in message


def _json(pattern):
    tokens = re.findall(r'\$(?:\.[\w@-]+|\[[^\]]*\])+|"(?:[^"\\]|\\.)*"|%.*?%|&&|\|\||!=|<=|>=|[=<>(){}]|[^\s=<>!(){}&|]+', pattern)
    if tokens[0] != "{" or tokens[-1] != "}":
        raise Invalid(f"Invalid filter pattern: {pattern}")
    reader = _Reader(tokens[1:-1])
    test = reader.any_of()
    if reader.tokens:
        raise Invalid(f"Invalid filter pattern: {pattern}")

    def matches(message):
        try:
            return test(json.loads(message))
        except ValueError:
            return False

    return matches


class _Reader:
    def __init__(self, tokens):
        self.tokens = tokens

    def take(self):
        if not self.tokens:
            raise Invalid("Invalid filter pattern: it ends too early")
        return self.tokens.pop(0)

    def any_of(self):
        tests = [self.all_of()]
        while self.tokens and self.tokens[0] == "||":
            self.take()
            tests.append(self.all_of())
        return lambda event: any(test(event) for test in tests)

    def all_of(self):
        tests = [self.one()]
        while self.tokens and self.tokens[0] == "&&":
            self.take()
            tests.append(self.one())
        return lambda event: all(test(event) for test in tests)

    def one(self):
        token = self.take()
        if token == "(":
            inner = self.any_of()
            if self.take() != ")":
                raise Invalid("Invalid filter pattern: a parenthesis is missing")
            return inner
        if not token.startswith("$"):
            raise Invalid(f"Invalid filter pattern: {token}")
        path, sign = token, self.take()
        if sign in ("IS", "NOT"):
            word = self.take()
            wanted = {"NULL": None, "TRUE": True, "FALSE": False}.get(word)
            if sign == "NOT":
                return lambda event: not _found(event, path)
            return lambda event: any(value is wanted for value in _found(event, path))
        if sign not in COMPARE:
            raise Invalid(f"Invalid filter pattern: {sign}")
        return _comparison(path, COMPARE[sign], self.take())


def _comparison(path, compare, token):
    if re.fullmatch(r"-?\d+(\.\d+)?", token):
        number = float(token)
        return lambda event: any(not isinstance(value, (str, bool, dict, list)) and value is not None and compare(value, number) for value in _found(event, path))
    if token.startswith("%"):
        return lambda event: any(isinstance(value, str) and (re.search(token[1:-1], value) is not None) == (compare is operator.eq) for value in _found(event, path))
    text = token.strip('"').replace('\\"', '"')
    return lambda event: any(isinstance(value, str) and fnmatchcase(value, text) == (compare is operator.eq) for value in _found(event, path))


def _found(event, path):
    values = [event]
    for name, index in re.findall(r"\.([\w@-]+)|\[([^\]]*)\]", path):
        if name:
            values = [value[name] for value in values if isinstance(value, dict) and name in value]
        elif index == "*":
            values = [one for value in values if isinstance(value, list) for one in value]
        else:
            values = [value[int(index)] for value in values if isinstance(value, list) and index.isdigit() and int(index) < len(value)]
    return values
