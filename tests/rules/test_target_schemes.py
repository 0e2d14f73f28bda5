"""Whatever is written as a target in the file leads to an allowed host by http(s), or is refused. Judge: ada."""

from __future__ import annotations

import ada_url
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.rules.rule import Site
from migrator.rules.target import TargetError, compile_target
from tests.script_injections import ADDRESSES, injections

SITE = Site("main", ("www.old.example",), "http://10.0.0.5", "https://www.new.example", allowed_targets=("x.example",))
ALLOWED = ("www.new.example", "x.example")
# Of IANA's list of URI schemes and of browsers' own, those that do something.
NAMES = """
about acct android-app app blob bitcoin callto cap chrome chrome-extension cid content coap data dav dns dict ed2k feed file
filesystem finger ftp ftps geo git gopher h323 hcp help imap info intent ipp irc itms jabber jar java javascript kindle ldap
livescript magnet mailto maps market message mhtml mid mms mocha ms-help msteams news nfs nntp opaquelocktoken pkcs11 pop pres
prospero res resource rmi rsync rtsp sftp shell sip sips skype smb sms snmp ssh steam stun svn tel telnet tftp tn3270 turn tv
udp urn vbscript vemmi view-source vnc wais ws wss wtai wyciwyg xmpp z39.50r httpx httpss xhttp http+unix https-x
"""
SCHEMES = NAMES.split()


def lands(text: str, names: tuple[str, ...] = ()) -> str:
    """The host that a target leads to with nothing captured, or "" where it is refused."""
    try:
        target = compile_target(text, SITE, names)
    except TargetError:
        return ""
    location = target.location({})
    if location is None:
        return ""
    landing = ada_url.URL(location)
    assert landing.protocol in ("http:", "https:"), text
    assert not landing.username, text
    assert not landing.password, text
    return str(landing.host)


@pytest.mark.parametrize("form", ["{}:x", "{}://x.example/", "{}:/x", "{}:https://x.example/", "{}:", "{}\t:x"])
def test_no_other_scheme_is_a_target(form: str) -> None:
    for scheme in SCHEMES:
        for text in (form.format(scheme), form.format(scheme.upper())):
            assert lands(text) == "", text


def test_no_injection_is_a_target_elsewhere() -> None:
    reached = [host for text in (*ADDRESSES, *injections()[::3]) if (host := lands(text))]

    assert "x.example" in reached
    assert set(reached) <= set(ALLOWED)
    assert len(reached) < 30
    for text in injections()[::3]:
        assert lands(f"/{text}") in ("", "www.new.example"), text
        assert lands(f"https://x.example/{text}", ("1", "splat")) in ("", "x.example"), text


@given(
    st.text(max_size=30), st.sampled_from(["", "/", "//", "https:", "https://", "https://x.example", "\\", "/\\", "javascript:"])
)
def test_nor_is_any_text(text: str, before: str) -> None:
    assert lands(before + text) in ("", *ALLOWED)
