from itertools import pairwise

from studio.core.voices import TIMBRES, Cast, CastEntry, Sample, Voice, distinct_seeds, stable_seed


def cast(**voices: str) -> Cast:
    return Cast(tuple((name, CastEntry(voice)) for name, voice in voices.items()))


def test_a_cast_keeps_the_order_in_which_it_was_written() -> None:
    assert list(cast(Tom="gravel", Maya="alto")) == ["Tom", "Maya"]


def test_setting_an_entry_keeps_its_place_and_taking_it_out_leaves_the_others() -> None:
    both = cast(Tom="gravel", Maya="alto")
    assert list(both.with_entry("Tom", CastEntry("bass")).entries) == [("Tom", CastEntry("bass")), ("Maya", CastEntry("alto"))]
    assert list(both.with_entry("Tom", None)) == ["Maya"]
    assert list(both.with_entry("Bo", CastEntry("old"))) == ["Tom", "Maya", "Bo"]


def test_decisions_of_the_project_lie_over_the_cast_of_the_script() -> None:
    merged = cast(Tom="gravel", Maya="alto").overridden_by(cast(Maya="soprano"))
    assert {name: entry.voice for name, entry in merged.items()} == {"Tom": "gravel", "Maya": "soprano"}


def test_a_style_that_a_voice_lacks_falls_back_to_its_first_sample() -> None:
    calm, angry = Sample("a" * 64, 7.0, "[S1] Calm."), Sample("b" * 64, 6.0, "[S1] Angry!", style="angry")
    voice = Voice("Maya", samples=(calm, angry))
    assert voice.sample("angry") is angry
    assert voice.sample("bored") is calm
    assert Voice("seed only", seed=3).sample() is None


def test_codes_are_files_of_a_voice_and_no_recordings() -> None:
    calm = Sample("a" * 64, 7.0, "[S1] Calm.", codes="c" * 64, codec="dac-44100")
    voice = Voice("Maya", samples=(calm, Sample("b" * 64, 6.0, "[S1] Angry!")))
    assert voice.recordings == ("a" * 64, "b" * 64)
    assert voice.files == ("a" * 64, "b" * 64, "c" * 64)


def test_a_derived_seed_is_the_same_on_every_machine_and_parts_do_not_run_together() -> None:
    assert stable_seed("Maya", 1) == 939990686
    assert stable_seed("ab", "c") != stable_seed("a", "bc")
    assert 0 <= stable_seed("\ud800") < 2**31


def test_the_members_of_a_cast_have_different_timbres_and_neighbours_differ_in_register() -> None:
    names = [f"Person {number}" for number in range(TIMBRES)]
    timbres = [seed % TIMBRES for seed in distinct_seeds(names, 1).values()]
    assert len(set(timbres)) == TIMBRES
    assert all(one % 2 != other % 2 for one, other in pairwise(timbres))


def test_a_newcomer_changes_nobodys_voice_and_a_crowd_is_no_trouble() -> None:
    names = [f"Person {number}" for number in range(3 * TIMBRES)]
    assert list(distinct_seeds(names, 1).items())[:7] == list(distinct_seeds(names[:7], 1).items())
    assert distinct_seeds(["Maya"], 1) == {"Maya": stable_seed("Maya", 1)}
    assert distinct_seeds(["Maya"], 1) != distinct_seeds(["Maya"], 2)
