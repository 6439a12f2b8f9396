"""Who may be rendered beside whom, and who is to blame."""

from __future__ import annotations

from studio.render.company import MAX_FAILURES, Company
from studio.store.jobs import MAX_CRASHES, JobRow


def row(job_id: int, crashes: int = 0) -> JobRow:
    return JobRow(f"segment {job_id}", f"key {job_id}", job_id, crashes=crashes)


def company(slots: int, *flying: int) -> Company:
    made = Company(slots)
    for job_id in flying:
        assert made.admits(row(job_id))
        made.started(row(job_id))
    return made


def test_slots_are_filled_and_no_more() -> None:
    full = company(2, 1, 2)
    assert not full.admits(row(3))
    full.left(1)
    assert full.admits(row(3))


def test_with_one_slot_a_failure_is_the_job_s_own() -> None:
    assert not company(1, 1).failed(1)


def test_those_who_fall_together_are_tried_again_alone() -> None:
    fell = company(3, 1, 2, 3)
    assert [fell.failed(job_id) for job_id in (2, 1, 3)] == [True] * 3, "also the last one, beside whom nobody is left"
    fell.started(row(1))
    assert not fell.admits(row(2)) and not fell.admits(row(4)), "alone is alone"
    assert not fell.failed(1), "and then it is its own fault"
    fell.started(row(4))
    assert not fell.admits(row(2)), "and does not join anybody either"
    assert fell.admits(row(5))


def test_who_comes_out_well_late_does_not_make_the_last_one_guilty() -> None:
    fell = company(3, 1, 2, 3)
    assert fell.failed(1)
    fell.worked(2)  # what it needed was there before the engine fell
    assert fell.failed(3), "it was not alone when that happened"


def test_after_a_failure_nobody_enters_until_somebody_comes_out_well() -> None:
    doubted = company(3, 1, 2)
    assert doubted.failed(1)
    assert not doubted.admits(row(3))
    doubted.worked(2)
    assert doubted.admits(row(3))


def test_what_ended_the_program_before_is_rendered_alone() -> None:
    beside = company(4, 1)
    assert not beside.admits(row(2, crashes=MAX_CRASHES))
    assert beside.admits(row(2, crashes=MAX_CRASHES - 1)), "a power cut is nobody's fault"


def test_an_engine_is_worn_out_by_falls_one_after_another_however_many_fall_each_time() -> None:
    worn = Company(4)
    for fall in range(MAX_FAILURES):
        assert not worn.is_worn_out
        for job_id in range(4):
            worn.started(row(10 * fall + job_id))
        for job_id in range(4):
            worn.failed(10 * fall + job_id)
    assert worn.is_worn_out
    worn.forgive()
    assert not worn.is_worn_out


def test_success_forgives() -> None:
    made = Company(1)
    for job_id in range(MAX_FAILURES * 2):
        made.started(row(job_id))
        made.failed(job_id)
        if job_id % 5 == 4:
            made.started(row(job_id))
            made.worked(job_id)
    assert not made.is_worn_out
