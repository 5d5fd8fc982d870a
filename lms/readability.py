"""How hard a text is to read, and words that hurt. Pure, and without word lists that need a download.

Grades are Flesch-Kincaid's for English and the INFLESZ scale of Szigriszt-Pazos for Spanish. Counting
syllables by rule is off by a little for single words and good for a page.
"""

import re
from functools import lru_cache

HIGHEST_GRADE = 8.0
LOWEST_INFLESZ = 55.0

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”»’')]*\s+|\n+")
_SILENT = re.compile(r"(?:[^laeiouy]es|[^td]ed|[^laeiouy]e)$")
_VOWELS = re.compile(r"[aeiouy]{1,2}")
_SPANISH_VOWELS = re.compile(r"[iuü]?[aeoáéó][iuüy]?|[íú]|[iuü]+")
_SIGNS = re.compile(r"^:::.*$|^#+ |^\s*(?:[-*]|\d+\.) |[*_>#]| ?\[\^[a-z0-9-]+\]", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def plain(markdown: str) -> str:
    """The words of a Markdown text without its signs, links kept as their words."""
    return _SIGNS.sub("", _LINK.sub(r"\1", markdown))


def words(text: str) -> list[str]:
    """The words of a text, numbers left out."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """The sentences of a text; a line of its own is one."""
    return [part.strip() for part in _SENTENCE_END.split(text) if _WORD.search(part)]


@lru_cache(maxsize=65536)
def _syllables(word: str) -> int:
    return max(1, len(_VOWELS.findall(_SILENT.sub("x", word.lower()))))


@lru_cache(maxsize=65536)
def _spanish_syllables(word: str) -> int:
    return max(1, len(_SPANISH_VOWELS.findall(word.lower())))


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of English text: the US school year that reads it with ease."""
    found = words(text)
    if not found:
        return 0.0
    per_sentence = len(found) / max(1, len(sentences(text)))
    return 0.39 * per_sentence + 11.8 * sum(map(_syllables, found)) / len(found) - 15.59


def inflesz(text: str) -> float:
    """The ease of Spanish text: 55 is ordinary, 65 fairly easy, higher is easier."""
    found = words(text)
    if not found:
        return 100.0
    per_sentence = len(found) / max(1, len(sentences(text)))
    return 206.835 - 62.3 * sum(map(_spanish_syllables, found)) / len(found) - per_sentence


def worst_sentences(text: str, most: int = 3) -> list[tuple[float, str]]:
    """The hardest English sentences of six words or more with their grades, hardest first."""
    judged = [(grade(one), one) for one in sentences(text) if len(words(one)) >= 6]
    return sorted(judged, reverse=True)[:most]


# Words that name a person by an illness, blame, or tell of suicide as a crime or a deed done well. They may
# be quoted to be talked about, and people say what they like about themselves.
_UNSAFE = re.compile(
    r"\b(?:addicts?|junkies?|alcoholics?|drunks|drug abusers?|substance abusers?|schizophrenics?|psychotics?"
    r"|the mentally ill|lunatics?|crazies|suffer(?:s|ing|ed)? from|victims? of"
    r"|commit(?:s|ted|ting)? suicide|(?:un)?successful suicide|failed suicide|suicide attempters?"
    r"|clean urine|dirty urine|(?:un)?clean test|non-?compliant|wheelchair-bound|frequent flyers?"
    r"|suicidio consumado|cometi(?:ó|eron) suicidio|drogadict[oa]s?|alcohólic[oa]s?|esquizofrénic[oa]s?)\b",
    re.IGNORECASE,
)
_NAMES = re.compile(r"Alcoholics Anonymous|Alcohólicos Anónimos")
_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|«[^»\n]*»|‘[^’\n]*’|\*[^*\n]+\*", re.DOTALL)
_SPEECH = re.compile(r"^\*\*[^*\n]+:\*\*.*$", re.MULTILINE)


def unsafe_words(text: str) -> list[str]:
    """Words in the text's own voice that person-first, safe language leaves out, each once."""
    own = _QUOTED.sub("", _SPEECH.sub("", _NAMES.sub("", text)))
    return list(dict.fromkeys(found.lower() for found in _UNSAFE.findall(own)))
