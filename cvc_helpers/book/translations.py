"""The catalogues of the Chinese edition: brought up to date by `make translate`, and refused where they are not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path

import polib

from cvc_helpers.errors import CvcError
from cvc_helpers.wording.catalogue import FOLDER, MARKUP, chinese

Messages = Mapping[str, Mapping[str, int]]
"""Page, e.g. `"book/methods"`, to its messages in the order of the page, each with its line."""
WAITING = Path("locale") / "waiting.txt"
"""Pages that wait for their Chinese, one a line; all others are held to have it."""
ENGLISH_THAT_STAYS = ("Customer Value Creation Handbook",)
"""English of three words and more that a Chinese page keeps."""
ENGLISH = re.compile(r"[A-Za-z][A-Za-z'’-]*(?:[ ,;:]+[A-Za-z][A-Za-z'’-]*){2,}")
ENGLISH_NAME = re.compile("英文：[^。]*。")
"""A Chinese text gives the English of its own term so, as the glossary does."""
ALIKE = 0.5
"""From this likeness on, between 0 and 1, a changed paragraph offers its old Chinese, marked stale."""
HEAD = {"Language": "zh_CN", "MIME-Version": "1.0", "Content-Type": "text/plain; charset=UTF-8"}
HEAD |= {"Content-Transfer-Encoding": "8bit", "Plural-Forms": "nplurals=1; plural=0;"}


def waiting(root: Path) -> list[str]:
    """Pages that wait for their Chinese; lines that begin with `#` are remarks."""
    path = root / WAITING
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def update(root: Path, messages: Messages) -> list[str]:
    """Bring every catalogue in step with its page; what is translated and still in the page stays.

    Args:
        root: Top of the repository.
        messages: As the English edition noted them.

    Returns:
        One line a page that is not complete: how many paragraphs have no Chinese, and how many an old one.
    """
    known = {root / FOLDER / f"{page}.po" for page in messages}
    for path in (root / FOLDER).rglob("*.po"):
        if path not in known:
            path.unlink()
    lines = []
    for page, found in messages.items():
        catalogue = _updated(root / FOLDER / f"{page}.po", list(found))
        stale = [entry for entry in catalogue if entry.fuzzy]
        empty = [entry for entry in catalogue if not entry.msgstr]
        if stale or empty:
            lines.append(f"{FOLDER / page}.po: {len(empty)} without Chinese, {len(stale)} stale")
    return lines


def _updated(path: Path, found: Iterable[str]) -> polib.POFile:
    """Write one catalogue: the messages of the page, in its order."""
    old = {entry.msgid: entry for entry in polib.pofile(str(path))} if path.is_file() else {}
    wanted = list(found)
    gone = {text: old[text] for text in old if text not in wanted and old[text].msgstr}
    new = polib.POFile(wrapwidth=110)
    new.metadata = HEAD
    new.extend(old.get(text) or _entry(text, gone) for text in wanted)
    path.parent.mkdir(parents=True, exist_ok=True)
    text = str(new) + "\n"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8", newline="\n")
    return new


def _entry(text: str, gone: Mapping[str, polib.POEntry]) -> polib.POEntry:
    """A message that is new; if it only changed, with its old Chinese, marked stale, and its old English."""
    for like in get_close_matches(text, gone, n=1, cutoff=ALIKE):
        return polib.POEntry(msgid=text, msgstr=gone[like].msgstr, flags=["fuzzy"], previous_msgid=like)
    return polib.POEntry(msgid=text)


def check(root: Path, messages: Messages) -> list[CvcError]:
    """Why the Chinese edition may not be published, as far as its catalogues say.

    Args:
        root: Top of the repository.
        messages: As the English edition noted them.

    Returns:
        E330 untranslated or stale, E331 other markup, E332 English left, E333 and E338 a wrong line of the list.
    """
    late = waiting(root)
    found = [CvcError("E333", waiting=WAITING, page=page) for page in late if page not in messages]
    for page, lines in messages.items():
        known = chinese(root / FOLDER / f"{page}.po")
        missing = [text for text in lines if text not in known]
        if page in late:
            found += [] if missing else [CvcError("E338", waiting=WAITING, page=page)]
            continue
        if missing:
            found.append(_untranslated(page, missing, lines))
        found += _unlike(page, {text: known[text] for text in lines if text in known})
    return found


def _untranslated(page: str, missing: list[str], lines: Mapping[str, int]) -> CvcError:
    first = missing[0]
    line, catalogue = lines[first] or "?", FOLDER / f"{page}.po"
    return CvcError("E330", page=page, count=len(missing), line=line, text=_short(first), catalogue=catalogue)


def _unlike(page: str, pairs: Mapping[str, str]) -> list[CvcError]:
    """Pairs of paragraphs with other markup (E331), and Chinese that still holds English (E332)."""
    found, catalogue = [], FOLDER / f"{page}.po"
    for english, text in pairs.items():
        left, right = markup(english), markup(text)
        if left != right:
            lost, added = ("、".join((one - other).elements()) or "–" for one, other in ((left, right), (right, left)))
            found.append(CvcError("E331", catalogue=catalogue, text=_short(english), lost=lost, added=added))
        if words := english_in(MARKUP.sub(" 。 ", text)):
            found.append(CvcError("E332", catalogue=catalogue, text=_short(english), english=words))
    return found


def markup(text: str) -> Counter[str]:
    """Roles, code, formulas and link targets of a message, each as often as it occurs; words inside do not count."""
    found = []
    for piece in MARKUP.findall(text):
        role = re.fullmatch(r"(\{[\w:-]+\})`(?:[^`<]*<([^>]*)>|([^`]*))`", piece)
        if role is None:
            found.append(piece)
        else:  # a term is named by its Chinese, all else by its name in code
            found.append(role[1] if role[1] == "{term}" else f"{role[1]}`{role[2] or role[3]}`")
    return Counter(found)


def english_in(text: str) -> str:
    """The first three or more English words in a row that may not stay; empty if there are none."""
    found = ENGLISH.findall(ENGLISH_NAME.sub("", text))
    return next((words for words in found if words not in ENGLISH_THAT_STAYS), "")


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:80]}…"
