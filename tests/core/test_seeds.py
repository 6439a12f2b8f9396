"""A seed that does well for a voice is taken first."""

from studio.core import seeds
from studio.core.voices import SeedRank, Voice

BANK = (SeedRank(5, 1, 10), SeedRank(8, 3, 4), SeedRank(2))


def test_seeds_stand_in_order_of_what_they_did_and_the_own_one_before_its_equals() -> None:
    assert seeds.in_order(Voice("Maya", 7, seeds=BANK)) == (8, 7, 2, 5)
    assert seeds.in_order(Voice("Maya", 2, seeds=BANK)) == (8, 2, 5)
    assert seeds.in_order(Voice("Maya", 6, seeds=(SeedRank(2), SeedRank(6)))) == (6, 2)
    assert seeds.in_order(Voice("Maya", 9)) == (9,)
    assert seeds.in_order(Voice("Maya")) == ()


def test_one_lucky_try_is_not_yet_better_than_nine_of_ten() -> None:
    assert seeds.share(SeedRank(1, 1, 1)) < seeds.share(SeedRank(2, 9, 10))


def test_a_try_is_noted_for_its_seed_alone_and_a_new_seed_enters_the_bank() -> None:
    voice = Voice("Maya", 7, seeds=BANK)
    assert seeds.noted(voice, 8, won=False).seeds == (BANK[0], SeedRank(8, 3, 5), BANK[2])
    assert seeds.noted(voice, 7, won=True).seeds == (*BANK, SeedRank(7, 1, 1))
    assert seeds.kept(voice, 3).seeds == (*BANK, SeedRank(3))
    assert seeds.kept(voice, 8) == voice
