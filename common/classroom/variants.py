"""One source, several programs: starter, solution, alternative, mistakes.

    #if SOLUTION || ALTERNATIVE
    ...
    #elif MISTAKE_POOL_FIRST
    ...
    #else
    ...what the student gets
    #endif

Python reads such lines as comments. What stands outside them is common to all.
Conditions of other names are left as they are, for the compiler.
"""
import re

_LINE = re.compile(r"\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b(.*)")
_NAME = re.compile(r"SOLUTION|ALTERNATIVE|(?:MISTAKE|SUBJECT)_[A-Z0-9_]+")
STARTER = ""


class BadMarkers(Exception):
    pass


def _names(condition):
    """The variants that a condition is true for, or None if it is no marker."""
    names = [name.strip() for name in condition.split("||")]
    if all(_NAME.fullmatch(name) for name in names):
        return names
    if _NAME.search(condition):
        raise BadMarkers(f"'#if {condition.strip()}': write one name, or names "
                         "joined by ||")
    return None


def names(text):
    """All variants of a source beside the starter."""
    found = []
    for line in text.splitlines():
        match = _LINE.match(line)
        if match and match.group(1) in ("if", "elif"):
            found += _names(match.group(2)) or []
    return sorted(set(found))


def make(text, variant):
    """The source of one variant, without markers."""
    lines = []
    stack = []  # [is a marker, this branch is taken, one was taken]
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.match(line)
        word = match.group(1) if match else None
        if word in ("if", "ifdef", "ifndef"):
            chosen = _names(match.group(2)) if word == "if" else None
            taken = chosen is None or variant in chosen
            stack.append([chosen is not None, taken, taken])
            if chosen is not None:
                continue
        elif word and not stack:
            raise BadMarkers(f"line {number}: #{word} without #if")
        elif word and stack[-1][0]:
            if word == "endif":
                stack.pop()
            elif word == "else":
                stack[-1][1] = not stack[-1][2]
            else:
                stack[-1][1] = (not stack[-1][2]
                                and variant in (_names(match.group(2)) or []))
                stack[-1][2] |= stack[-1][1]
            continue
        if all(taken for _, taken, _ in stack):
            lines.append(line)
        if word == "endif":
            stack.pop()
    if stack:
        raise BadMarkers("an #if without #endif")
    text = "\n".join(lines) + "\n"
    return re.sub(r"\n{4,}", "\n\n\n", text)
