"""What a client answers when it is asked what it can do (XEP-0030, XEP-0284 section 5)."""

from __future__ import annotations

from whiteboard.im.account import AccountSettings
from whiteboard.transport.stream import Stream


async def test_a_client_announces_shared_editing_and_its_application_types():
    stream = Stream(AccountSettings("ana@example.org", "pw"), "r", registering=False)
    for plugin in ("xep_0284", "xep_0166"):
        stream.plugin[plugin].session_bind(stream.boundjid)
    info = await stream.plugin["xep_0030"].get_info(local=True)
    features = info["features"]
    assert {
        "urn:xmpp:sxe:0",
        "urn:xmpp:jingle:1",
        "urn:xmpp:jingle:transports:sxe",
        "urn:xmpp:jingle:apps:svg",
        "urn:x-whiteboard:sxe-merge:0",
    } <= features
    assert "urn:xmpp:jingle:apps:xhtml" not in features
    await stream.close()
