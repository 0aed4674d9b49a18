"""Signing in to a real server: what goes wrong is said by kind, and mended where it can be."""

from __future__ import annotations

import shutil

import pytest

from tests.helpers.prosody import PASSWORD, Party, needs_prosody, on_both_servers, unique
from whiteboard.app.local_server import free_port
from whiteboard.im.account import AccountSettings, ConnectionState, ProblemKind, TlsMode
from whiteboard.im.people import Availability, Subscription

pytestmark = [pytest.mark.prosody, needs_prosody]

needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")


@pytest.fixture
async def stranger(server):
    """Somebody without an account."""
    one = Party(server, unique("stranger"))
    yield one
    await one.network.close()


async def test_a_wrong_password_is_named_and_not_tried_again(party):
    ana = await party("ana", sign_in=False)
    ana.people.sign_in(ana.settings(password="wrong"))
    await ana.until_problem(ProblemKind.WRONG_PASSWORD)
    assert ana.people.account.connection is ConnectionState.FAILED
    await ana.sign_in()
    assert ana.people.account.problem is None


@pytest.mark.parametrize("address", ["", "no at sign", "@localhost", "a@b@c", "a@local host"])
async def test_an_address_that_is_none_is_refused_without_a_connection(stranger, address):
    stranger.people.sign_in(AccountSettings(address, "x"))
    assert stranger.people.account.connection is ConnectionState.FAILED
    assert stranger.people.account.problem.kind is ProblemKind.BAD_ADDRESS


async def test_a_host_that_refuses_is_unreachable_and_tried_again(stranger):
    stranger.people.sign_in(stranger.settings(port=free_port()))
    await stranger.until_problem(ProblemKind.UNREACHABLE)
    assert stranger.people.account.connection is ConnectionState.WAITING
    assert stranger.people.account.retry_in > 0


async def test_a_host_name_that_does_not_exist_is_named(stranger):
    stranger.people.sign_in(stranger.settings(host="no-such-host.invalid"))
    await stranger.until_problem(ProblemKind.NO_SUCH_SERVER)


async def test_no_password_is_sent_to_a_server_without_encryption(party):
    ana = await party("ana", sign_in=False)
    ana.people.sign_in(ana.settings(tls=TlsMode.STARTTLS))
    await ana.until_problem(ProblemKind.NO_ENCRYPTION)


@needs_openssl
@pytest.mark.parametrize("mode", [TlsMode.STARTTLS, TlsMode.DIRECT])
async def test_an_unknown_certificate_is_shown_and_can_be_trusted(own_server, party, mode):
    server = own_server(tls=True)
    port = server.tls_port if mode is TlsMode.DIRECT else server.port
    ana = await party("ana", at=server, sign_in=False)
    ana.people.sign_in(ana.settings(tls=mode, port=port))
    await ana.until_problem(ProblemKind.CERTIFICATE)
    assert ana.people.account.connection is ConnectionState.FAILED
    certificate = ana.people.account.problem.certificate
    assert certificate.domain == certificate.subject == certificate.issuer == "localhost"
    assert len(certificate.sha256.split(":")) == 32
    assert certificate.valid_until > "2020"

    ana.people.trust_certificate(certificate.sha256)
    await ana.until_online()

    # Trusted for good: the next time it is in the settings.
    await ana.sign_in(tls=mode, port=port, trusted_sha256=certificate.sha256)


@needs_openssl
async def test_another_certificate_than_the_trusted_one_is_refused(own_server, party):
    server = own_server(tls=True)
    ana = await party("ana", at=server, sign_in=False)
    ana.people.sign_in(ana.settings(tls=TlsMode.STARTTLS, trusted_sha256="00:11"))
    await ana.until_problem(ProblemKind.CERTIFICATE_CHANGED)
    assert ana.people.account.problem.certificate.subject == "localhost"


async def test_an_account_is_created_and_signed_in(stranger):
    stranger.people.register(stranger.settings())
    await stranger.until_online()
    assert stranger.people.account.address == stranger.address


async def test_an_address_that_is_taken_is_named(party):
    ana = await party("ana", sign_in=False)
    ana.people.register(ana.settings(password=PASSWORD + "x"))
    await ana.until_problem(ProblemKind.ADDRESS_TAKEN)
    assert ana.people.account.connection is ConnectionState.FAILED


async def test_a_server_without_registration_refuses_it(own_server):
    server = own_server(extra='modules_disabled = { "s2s", "register" }')
    one = Party(server, unique("stranger"))
    one.people.register(one.settings())
    await one.until_problem(ProblemKind.REGISTRATION_REFUSED)
    await one.network.close()


@on_both_servers
async def test_contacts_subscribe_both_ways_and_show_who_can_draw(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    ana.people.add_contact(ben.address, "Ben")
    await ana.until(lambda: ana.people.contacts and ana.people.contacts[0].waiting)
    await ben.until(lambda: ben.people.requests)
    assert ben.people.requests[0].address == ana.address
    ben.people.answer_request(ana.address, allow=True)
    for one, other in ((ana, ben), (ben, ana)):
        await one.until(
            lambda one=one, other=other: (
                one.contact(other).subscription is Subscription.BOTH and one.contact(other).can_draw
            )
        )
    assert not ben.people.requests
    assert ana.contact(ben).name == "Ben"
    assert ana.contact(ben).availability is Availability.ONLINE
    assert not ana.contact(ben).waiting

    ana.people.rename_contact(ben.address, "Benjamin")
    await ana.until(lambda: ana.contact(ben).name == "Benjamin")
    ben.people.sign_out()
    await ana.until(lambda: ana.contact(ben).availability is Availability.OFFLINE)
    assert not ana.contact(ben).can_draw
    assert ana.contact(ben).last_seen is not None
    ana.people.remove_contact(ben.address)
    await ana.until(lambda: not ana.people.contacts)


async def test_a_refused_subscription_leaves_nobody_subscribed(party):
    ana, ben = [await party(name) for name in ("ana", "ben")]
    ana.people.add_contact(ben.address)
    await ben.until(lambda: ben.people.requests)
    ben.people.answer_request(ana.address, allow=False)
    await ana.until(lambda: ana.people.contacts and not ana.contact(ben).waiting)
    assert ana.contact(ben).subscription is Subscription.NONE


async def test_the_same_account_signed_in_twice_lives_side_by_side(party):
    ana = await party("ana")
    again = Party(ana.server, ana.name)
    await again.sign_in()
    assert ana.people.account.connection is ConnectionState.ONLINE
    await again.network.close()


async def test_signing_out_forgets_the_password_and_ends_the_stream(party):
    ana = await party("ana")
    ana.people.sign_out()
    assert ana.people.account.connection is ConnectionState.OFFLINE
    assert PASSWORD not in repr(vars(ana.people))
