"""Whether a text looks like English: by its commonest words and its letters. A cheap guess about a sentence or two, no more."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
FEWEST_WORDS = 4
_ODD_LETTERS = 0.3  # share of letters that no English word has, from which on the words need not be read
_SEVERAL_MARKS = 0.02  # of all letters: more accents than borrowed words bring into an English sentence
_FEW = 0.12  # share of common words: half of an English text is made of them
_MANY_WORDS = 10  # of so many English words at least one is common

_ENGLISH_WORDS = """
a about after again all also always am an and another any are as at away back be because been before being both but by
came can come could did do does don't down each even ever every for from get give go goes going good got had has have
he her here him his how i i'm i've if in into is isn't it it's its just know let like little look made make many may
me might more most much must my never new no not nothing now of off oh old on once one only or other our out over own
people said same say see seen she should so some someone something still such take than that that's the their them
then there these they thing think this those three through time to too two under up us very was wasn't way we well
went were what when where which while who why will with without won't would yes you you're your
"""
_FOREIGN_WORDS = """
aber als auch auf aus bei das dem den der des die dies diese ein eine einen einer er es für haben hat ich ihr ist ja
kein mehr mich mir mit nach nicht noch nur oder schon sehr sein sie sich sind und uns von vor war was weil wenn werden
wie wir wird zu zum zur au aux avec c'est ce ces cette comme dans de du elle elles en est et eux il ils j'ai je la le
les leur lui mais mes moi mon même n'est ne nous ou où par pas plus pour qu'il que qui sa sans se ses son sont sur
tout très tu un une vous y été al algo como con cuando del desde donde ella ellos era eran esa ese eso esta estaba
este esto fue ha hace hasta hay las lo los me mi mientras muy más nada ni nos o para pero por porque quien ser si sin
sobre su sus también te tenía tiene todo todos una uno ya yo che chi ci cosa da dal degli dei della delle di dove e ed
gli hanno ho io lei loro ma mio molto nel nella non nostro per perché più poi quando quella quello questa questo sei
sono sua suo sul tutti tutto com do dos ela ele em essa esse eu foi isso já mas meu minha muito na no não nós os pela
pelo sem seu são também tem uma você à é aan bij dat deze dit door een geen had heb heeft het hij hoe ik in is kan
maar met mijn naar niet nog nu of om onder ook op over toen uit van veel voor want waren wat we wel werd wij worden
zal ze zich zij zijn zo att av det ett från för han har hon i inte jag man med men mycket när och på sig ska som så
till var vi är ale bo by być był co czy go jak jest już mnie może nie od po pod się są ta tak tam tego to tylko tym w
z za że
"""
_ENGLISH = frozenset(_ENGLISH_WORDS.split())
_FOREIGN = frozenset(_FOREIGN_WORDS.split()) - _ENGLISH


def foreign_share(text: str) -> float:
    """How little a text looks like English, from 0.0 (it does) to 1.0; above 0.5 it is doubted. Few words are not judged."""
    words = [word.casefold().replace("’", "'") for word in _WORD.findall(text)]
    letters = "".join(words).replace("'", "")
    if not letters:
        return 0.0
    marks = sum(not letter.isascii() for letter in letters) / len(letters)
    if marks > _ODD_LETTERS:
        return 1.0
    if len(words) < FEWEST_WORDS:
        return 0.0
    english = sum(word in _ENGLISH for word in words)
    foreign = sum(word in _FOREIGN for word in words)
    if marks > _SEVERAL_MARKS and english < _FEW * len(words):
        return 1.0
    if english + foreign == 0:
        return 1.0 if len(words) >= _MANY_WORDS else 0.0
    return foreign / (english + foreign)
