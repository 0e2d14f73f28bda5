"""What the site needs of the machine that it runs on: no store, no password of the user's, no proxy of the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.app import transition_site
from tests.serve.live import serve, talk
from tests.serve.proxied import HELLO, get, proxied
from tests.serve.raw_upstream import raw_upstream


@pytest.mark.parametrize("name", ["127.0.0.1", "default"])
def test_no_password_of_the_user_is_sent_to_the_old_site(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = "default" if name == "default" else f"machine {name}"
    for place in (tmp_path / ".netrc", tmp_path / "_netrc"):
        place.write_text(f"{machine} login anna password secret\n")
        place.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with proxied(HELLO) as (base, upstream):
        assert talk(base, get("/")).endswith(b"hello")

    assert upstream.asked[0].field("authorization") == []


def test_no_user_s_name_in_an_address_is_either(tmp_path: Path) -> None:
    with proxied(HELLO) as (base, upstream):
        assert talk(base, get("/page?next=http://anna:secret@127.0.0.1/")).endswith(b"hello")

    assert upstream.asked[0].field("authorization") == []


@pytest.mark.parametrize("store", ["postgresql://nobody@127.0.0.1:9/away", "/dev/null/store.db", ""])
def test_the_site_answers_where_its_store_is_away(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And makes none, where there was none."""
    monkeypatch.setenv("MIGRATOR_STORE", store)
    with raw_upstream(HELLO) as upstream:
        config = tmp_path / "redirects.yaml"
        config.write_text(
            f'version: 1\nsites: {{main: {{hosts: [www.old.example], legacy: "{upstream.url}", new: "https://new.example"}}}}\n'
            "redirects: {/moved: /there}\nrules: [{from: /closed, gone: true}]\n"
        )
        with serve(transition_site(config)) as base:
            assert b"location: https://new.example/there\r\n" in talk(base, get("/moved"))
            assert talk(base, get("/closed")).startswith(b"HTTP/1.1 410 ")
            assert talk(base, get("/page")).endswith(b"hello")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".migrator", "redirects.yaml"]
    assert [path.name for path in (tmp_path / ".migrator").iterdir()] == ["maps"]  # versions, and no store
