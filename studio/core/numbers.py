"""Numbers, money, times, units and abbreviations, as an English speaker says them. Only what is plain is spelled out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = (
    "-", "-", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip
_SCALES = ("", "thousand", "million", "billion", "trillion")
_IRREGULAR = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "", ""),
    "₹": ("rupee", "rupees", "paisa", "paise"),
}
_UNITS = {
    "km/h": ("kilometre per hour", "kilometres per hour"),
    "km": ("kilometre", "kilometres"),
    "cm": ("centimetre", "centimetres"),
    "mm": ("millimetre", "millimetres"),
    "m": ("metre", "metres"),
    "kg": ("kilogram", "kilograms"),
    "mg": ("milligram", "milligrams"),
    "g": ("gram", "grams"),
    "ml": ("millilitre", "millilitres"),
    "l": ("litre", "litres"),
    "mph": ("mile per hour", "miles per hour"),
    "lbs": ("pound", "pounds"),
    "lb": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "ft": ("foot", "feet"),
    "kHz": ("kilohertz", "kilohertz"),
    "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"),
    "Hz": ("hertz", "hertz"),
    "kB": ("kilobyte", "kilobytes"),
    "MB": ("megabyte", "megabytes"),
    "GB": ("gigabyte", "gigabytes"),
    "TB": ("terabyte", "terabytes"),
    "ms": ("millisecond", "milliseconds"),
    "s": ("second", "seconds"),
    "min": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "hrs": ("hour", "hours"),
    "W": ("watt", "watts"),
    "kW": ("kilowatt", "kilowatts"),
    "V": ("volt", "volts"),
    "dB": ("decibel", "decibels"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"),
    "%": ("percent", "percent"),
}
_ABBREVIATIONS = {
    "Mr.": "Mister",
    "Mrs.": "Missus",
    "Ms.": "Miz",
    "Dr.": "Doctor",
    "Prof.": "Professor",
    "Jr.": "Junior",
    "Sr.": "Senior",
    "Capt.": "Captain",
    "Lt.": "Lieutenant",
    "Sgt.": "Sergeant",
    "Gen.": "General",
    "Gov.": "Governor",
    "Sen.": "Senator",
    "Rev.": "Reverend",
    "vs.": "versus",
    "etc.": "et cetera",
    "e.g.": "for example",
    "i.e.": "that is",
    "approx.": "approximately",
    "dept.": "department",
    "est.": "established",
}
_MAY_END = frozenset(("etc.", "Jr.", "Sr."))  # those that a sentence can end with
_SENTENCE_END = re.compile(r"\s*\Z|\s+[A-Z]")
_CODE_AFTER = re.compile(r"[/:\-–.]\d")
_FRACTIONS = {
    "½": "one half",
    "¼": "one quarter",
    "¾": "three quarters",
    "⅓": "one third",
    "⅔": "two thirds",
    "⅛": "one eighth",
}
_PARTS = {2: ("half", "halves"), 3: ("third", "thirds"), 4: ("quarter", "quarters"), 5: ("fifth", "fifths")}
_NAMES_OF_UNITS = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_AMOUNT = r"\d{1,3}(?:,\d{3})+(?!\d)|\d+"

# Where something may begin that is not spoken as it is spelled; trying the pattern there alone is what makes it fast.
_START = re.compile(r"[0-9$€£¥₹½¼¾⅓⅔⅛&#'’\-−]|\b[A-Za-z](?=[a-z.]{1,6}\.)")
_PATTERN = re.compile(
    rf"""
    (?P<money>(?P<sign>[$€£¥₹])\s?(?P<sum>(?:{_AMOUNT})(?:\.\d+)?)(?:\s(?P<scale>thousand|million|billion|trillion)\b)?)
  | (?<![\w.:])(?P<time>(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?!:|\d)(?:\s?(?P<half>[ap])\.?m\b\.?)?)
  | (?<![\w.:])(?P<clock>(?:1[0-2]|[1-9]))\s?(?P<clock_half>[ap])\.?m\b\.?
  | (?<![\w.,/])(?P<ordinal>\d+)(?:st|nd|rd|th)\b
  | (?<![\w.,/'’])(?P<decade>['’]?(?:1[1-9]|20)?\d0)s\b
  | (?<![\w.,/])(?P<over>\d{{1,2}})/(?P<under>[2-5])(?![\d/\w])
  | (?<![\w.,:/\-–])(?P<low>\d{{1,4}})\s?[-–]\s?(?P<high>\d{{1,4}})(?![\w/:\-–]|[.,]\d)
  | (?P<number>(?:(?<!\S)[-−])?(?:{_AMOUNT})(?:\.\d+)*)(?:\s?(?P<unit>{_NAMES_OF_UNITS})(?![\w°]|/\w))?
  | (?<![\w.])(?P<short>{"|".join(map(re.escape, _ABBREVIATIONS))})(?!\w)
  | \bNo\.\s?(?=\d)(?P<numero>)
  | \bSt\.(?=\s[A-Z])(?P<saint>)
  | \#(?=\d)(?P<hash>)
  | (?P<fraction>[½¼¾⅓⅔⅛])
  | (?P<ampersand>&)
    """,
    re.VERBOSE | re.ASCII,
)


def figures(text: str) -> Iterator[re.Match[str]]:
    """Everything in a text that is not spoken as it is spelled."""
    done = 0
    for start in _START.finditer(text):
        if start.start() >= done and (match := _PATTERN.match(text, start.start())):
            done = match.end()
            yield match


def spelled(match: re.Match[str]) -> str:
    """What a match that `figures` found is spoken as; "" when that is anybody's guess."""
    kind = match.lastgroup or ""
    for name, reader in _READERS.items():
        if match[name] is not None:
            return reader(match)
    return {"numero": "number ", "saint": "Saint", "hash": "number ", "ampersand": "and"}.get(kind, "")


def cardinal(number: int) -> str:
    """17 -> seventeen. Numbers of more than fifteen digits are "", for nobody says them."""
    if number < 0:
        return f"minus {cardinal(-number)}"
    if number >= 10**15:
        return ""
    if number < 1000:
        return _hundreds(number)
    parts = []
    for scale in reversed(_SCALES):
        power = 1000 ** _SCALES.index(scale)
        count, number = divmod(number, power)
        if count:
            parts.append(f"{_hundreds(count)} {scale}".strip())
    return " ".join(parts)


def ordinal(number: int) -> str:
    """17 -> seventeenth."""
    words = cardinal(number)
    head, joint, last = re.match(r"(.*?)(-| |)([^\s-]*)\Z", words, re.DOTALL).groups() if words else ("", "", "")  # type: ignore[union-attr]
    if not last:
        return ""
    if last in _IRREGULAR:
        last = _IRREGULAR[last]
    else:
        last = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return f"{head}{joint}{last}"


def year(number: int) -> str:
    """1984 -> nineteen eighty-four."""
    century, rest = divmod(number, 100)
    if number % 1000 < 10:
        return cardinal(number)
    if rest == 0:
        return f"{_hundreds(century)} hundred"
    return f"{_hundreds(century)} {'oh ' if rest < 10 else ''}{_hundreds(rest)}"


def digits(text: str) -> str:
    """007 -> zero zero seven."""
    return " ".join(_ONES[int(digit)] for digit in text)


def _hundreds(number: int) -> str:
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens]
    hundreds, rest = divmod(number, 100)
    return f"{_ONES[hundreds]} hundred {_hundreds(rest)}" if rest else f"{_ONES[hundreds]} hundred"


def _value(text: str) -> str:
    """A number as it is written: with commas, a point, or a leading zero."""
    sign = "minus " if text[0] in "-−" else ""
    whole, *parts = text.lstrip("-−").replace(",", "").split(".")
    if len(parts) > 1:  # a version
        return sign + " point ".join(_whole(part) for part in (whole, *parts))
    words = _whole(whole)
    return f"{sign}{words} point {digits(parts[0][:12])}" if parts else sign + words


def _whole(text: str) -> str:
    return digits(text) if (len(text) > 1 and text[0] == "0") or len(text) > 15 else cardinal(int(text))


def _money(match: re.Match[str]) -> str:
    one, many, part, parts = _CURRENCIES[match["sign"]]
    total = match["sum"].replace(",", "")
    if match["scale"]:
        return f"{_value(total)} {match['scale']} {many}"
    whole, _, rest = total.partition(".")
    words = f"{_whole(whole)} {one if whole == '1' else many}"
    if not rest:
        return words
    if len(rest) != 2 or not part:
        return f"{_value(total)} {many}"
    cents = int(rest)
    if cents == 0:
        return words
    small = f"{cardinal(cents)} {part if cents == 1 else parts}"
    return small if whole == "0" else f"{words} and {small}"


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"]), int(match["minute"])
    half = f" {match['half']} m{_stop(match)}" if match["half"] else ""
    if minute == 0:
        words = cardinal(hour)
        return words + half if half else f"{words} o'clock" if 0 < hour <= 12 else f"{words} hundred"
    return f"{cardinal(hour)} {'oh ' if minute < 10 else ''}{cardinal(minute)}{half}"


def _clock(match: re.Match[str]) -> str:
    return f"{cardinal(int(match['clock']))} {match['clock_half']} m{_stop(match)}"


def _decade(match: re.Match[str]) -> str:
    number = match["decade"].lstrip("'’")
    words = year(int(number)) if len(number) == 4 else _hundreds(int(number))
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"


def _part(match: re.Match[str]) -> str:
    over, under = int(match["over"]), int(match["under"])
    return f"{cardinal(over)} {_PARTS[under][over != 1]}"


def _range(match: re.Match[str]) -> str:
    return f"{_either(match['low'])} to {_either(match['high'])}"


def _number(match: re.Match[str]) -> str:
    text, unit = match["number"], match["unit"]
    before = match.string[max(0, match.start() - 1) : match.start()]
    if _CODE_AFTER.match(match.string, match.end()) or before in ("/", ":", ".", "-", "–"):
        return ""  # a date, a code, a score: it could be said in many ways
    if unit and before.isalpha():  # mp3s: no seconds
        return f"{_value(text)} {match[0][len(text) :].lstrip()}"
    if unit:
        one, many = _UNITS[unit]
        return f"{_value(text)} {one if text == '1' else many}"
    return _either(text)


def _either(text: str) -> str:
    """A number, or what four digits without a comma mostly are: a year."""
    if len(text) == 4 and text.isdecimal() and "1100" <= text <= "2099":
        return year(int(text))
    return _value(text)


def _short(match: re.Match[str]) -> str:
    return _ABBREVIATIONS[match["short"]] + (_stop(match) if match["short"] in _MAY_END else "")


def _stop(match: re.Match[str]) -> str:
    """The full stop of an abbreviation that ends its sentence, too."""
    return "." if match[0].endswith(".") and _SENTENCE_END.match(match.string, match.end()) else ""


_READERS: dict[str, Callable[[re.Match[str]], str]] = {
    "money": _money,
    "time": _time,
    "clock": _clock,
    "ordinal": lambda match: ordinal(int(match["ordinal"])) if len(match["ordinal"]) < 16 else "",
    "decade": _decade,
    "over": _part,
    "low": _range,
    "number": _number,
    "short": _short,
    "fraction": lambda match: _FRACTIONS[match["fraction"]],
}
