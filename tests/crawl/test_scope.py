"""Endless sites end, and each address left out has its reason."""

from __future__ import annotations

import pytest

from migrator.crawl.options import CrawlOptions
from migrator.crawl.scope import Scope


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/", ""),
        ("/a/b/c", ""),
        ("/a/a", ""),
        ("/2020/20/20", ""),
        ("/a/a/a", "path that repeats itself more than 2 times"),
        ("/x/a/b/a/b/a/b/y", "path that repeats itself more than 2 times"),
        ("/a/b/c/d/e/f" * 3, "path that repeats itself more than 2 times"),
        ("/a/b/a/b/a/c", ""),
        ("/" + "/".join(map(str, range(20))), ""),
        ("/" + "/".join(map(str, range(21))), "path of more than 20 segments"),
        ("/" + "a" * 2083, "address longer than 2083 characters"),
        ("/a?" + "/a" * 50, ""),
    ],
)
def test_a_path_is_visited_unless_it_is_a_trap(path: str, reason: str) -> None:
    assert Scope(CrawlOptions()).against_address(f"http://h{path}") == reason


def test_an_address_too_far_from_the_start_is_left_out() -> None:
    scope = Scope(CrawlOptions(max_depth=2))

    assert scope.against("http://h/a", "/a", 2) == ""
    assert scope.against("http://h/a", "/a", 3) == "more than 2 links from the start"


def test_an_address_beside_the_sites_folder_is_left_out() -> None:
    scope = Scope(CrawlOptions(), "/en/")

    assert scope.against_address("http://h/en/a") == ""
    assert scope.against_address("http://h/fr/a") == "outside /en/"


def test_the_queries_on_one_path_are_counted_once_each() -> None:
    scope = Scope(CrawlOptions(max_variants=2))
    keys = ["/a?x=1", "/a?x=2", "/a?x=1", "/a?x=3", "/a", "/b?x=3"]

    assert [bool(scope.against(f"http://h{key}", key, 0)) for key in keys] == [False, False, False, True, False, False]


def test_queries_of_an_earlier_run_count() -> None:
    scope = Scope(CrawlOptions(max_variants=2))
    scope.remember(["/a?x=1", "/a?x=2"])

    assert scope.against("http://h/a?x=3", "/a?x=3", 0) == "more than 2 queries on one path"
    assert scope.against("http://h/a?x=2", "/a?x=2", 0) == ""


@pytest.mark.parametrize(
    ("include", "exclude", "path", "reason"),
    [
        (("/news/",), (), "/news/a", ""),
        (("/news/",), (), "/NEWS/a", ""),
        (("/news/",), (), "/newsroom", "not what --include names"),
        (("/news/",), (), "/", ""),
        (("/a*z", "/b"), (), "/a/x/z", ""),
        (("/a*z", "/b"), (), "/a/x/z/1", "not what --include names"),
        (("/a*z", "/b"), (), "/bc?d=1", ""),
        ((), ("*?*",), "/a?x=1", "left out by --exclude"),
        ((), ("/a.b",), "/aXb", ""),
        ((), ("/café/",), "/caf%C3%A9/x", "left out by --exclude"),
        ((), ("*",), "/", ""),
        (("/a",), ("/a/b",), "/a/b", "left out by --exclude"),
    ],
)
def test_paths_are_chosen_by_their_beginning_or_form(
    include: tuple[str, ...], exclude: tuple[str, ...], path: str, reason: str
) -> None:
    scope = Scope(CrawlOptions(include=include, exclude=exclude), "/", "http://h/")

    assert scope.against_address(f"http://h{path}") == reason


def test_many_stars_cost_no_more_than_one() -> None:
    scope = Scope(CrawlOptions(exclude=("*a" * 30 + "b",)))

    assert scope.against_address("http://h/" + "a" * 2000) == ""
