"""A cheap guess whether a text is English."""

from __future__ import annotations

import pytest

from studio.core.languages import foreign_share


@pytest.mark.parametrize(
    "text",
    [
        "They found the boat on a Thursday, upright, with the lamp still warm.",
        "Hello there, how are you today?",
        "The café served naïve guests crème brûlée.",
        "Ten ships sailed past, sails torn, crews lost.",
        "So I said to him: don't you dare! And he didn't.",
        "José met Zoë in São Paulo, and they had coffee.",
        "Stop! Go!",
        "",
        "1984",
    ],
)
def test_english_looks_like_english(text: str) -> None:
    assert foreign_share(text) <= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "Der Hund lief über die Straße und bellte den ganzen Abend.",
        "Je ne sais pas où il est allé, mais il reviendra demain.",
        "No sé dónde está mi hermano, pero volverá mañana por la tarde.",
        "Non so dove sia andato mio fratello, ma domani tornerà a casa.",
        "Eu não sei onde está o meu irmão, mas ele volta amanhã.",
        "Ik weet niet waar mijn broer is, maar morgen komt hij terug.",
        "Jag vet inte var min bror är, men han kommer i morgon.",
        "Nie wiem, gdzie jest mój brat, ale jutro wróci do domu.",
        "En tiedä missä veljeni on, mutta huomenna hän tulee takaisin.",
        "Я не знаю, где мой брат.",
        "我不知道我的兄弟在哪里",
        "لا أعرف أين أخي",
    ],
)
def test_other_languages_do_not(text: str) -> None:
    assert foreign_share(text) > 0.5
