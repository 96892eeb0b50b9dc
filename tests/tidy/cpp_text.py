"""C++ source as text: what is code, what is comment and what is string."""

import bisect
import re

# One alternative per thing that may hide the start of another. Numbers come before character literals, because 1'000
# holds an apostrophe.
_TOKEN = re.compile(
    r"""(?P<comment>//(?:[^\n\\]|\\.|\\\n)*|/\*.*?\*/)
      | (?P<raw>(?<!\w)(?:u8|u|U|L)?R"(?P<delimiter>[^\s()\\]{0,16})\(.*?\)(?P=delimiter)")
      | (?P<string>"(?:[^"\\\n]|\\.|\\\n)*")
      | (?P<number>(?<!\w)\.?\d(?:'?[\w.])*)
      | (?P<character>'(?:[^'\\\n]|\\.)+')""",
    re.VERBOSE | re.DOTALL)

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?P<path><[^>\n]+>|"[^"\n]+")', re.MULTILINE)


def _blank(text):
    """The same text with nothing on its lines, so that positions keep their meaning."""
    return re.sub(r"[^\n]", " ", text)


class CppText:
    """One source file.

    code     the text with comments blanked, strings kept
    bare     the text with comments, strings and characters blanked
    strings  [(line, text of one string literal with its quotes)]
    includes [(line, path as written, with its quotes or angle brackets)]
    """

    def __init__(self, text):
        self._line_starts = [0] + [match.end() for match in re.finditer(r"\n", text)]
        code, bare, self.strings = [], [], []
        end = 0
        for token in _TOKEN.finditer(text):
            between = text[end:token.start()]
            code.append(between)
            bare.append(between)
            end = token.end()
            kind = token.lastgroup if token.lastgroup != "delimiter" else "raw"
            code.append(_blank(token.group()) if kind == "comment" else token.group())
            bare.append(token.group() if kind == "number" else _blank(token.group()))
            if kind in ("raw", "string"):
                self.strings.append((self.line_of(token.start()), token.group()))
        code.append(text[end:])
        bare.append(text[end:])
        self.code = "".join(code)
        self.bare = "".join(bare)
        self.includes = [(self.line_of(match.start("path")), match.group("path"))
                         for match in _INCLUDE.finditer(self.code)
                         if "#" in self.bare[match.start():match.end()]]

    def line_of(self, position):
        """The line of a position in the text, from 1."""
        return bisect.bisect_right(self._line_starts, position)

    def statement_at(self, position):
        """The statement in `bare` around a position: from the last ; { or } before it to the next one."""
        start = max(self.bare.rfind(mark, 0, position) for mark in ";{}") + 1
        ends = [end for end in (self.bare.find(mark, position) for mark in ";{}") if end >= 0]
        return self.bare[start:min(ends, default=len(self.bare))]
