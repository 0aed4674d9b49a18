"""The configurations that `packaging/server/` offers start as they stand."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.helpers.ejabberd import Ejabberd
from tests.helpers.ejabberd import is_installed as has_ejabberd
from tests.helpers.prosody import needs_prosody
from whiteboard.app.local_server import LocalServer, free_port

pytestmark = [pytest.mark.prosody, needs_prosody]

SNIPPETS = Path(__file__).parents[2] / "packaging" / "server"


class OfProsody(LocalServer):
    """Prosody with the file from `packaging/server/`; only what a machine decides is put before."""

    def _write_config(self) -> None:
        text = (SNIPPETS / "prosody.cfg.lua").read_text().replace("example.org", self.domain)
        machine = (
            f'run_as_root = true; daemonize = false; data_path = "{self.folder}/data"\n'
            f'certificates = "{self.folder}/certs"\n'
            f'log = {{ info = "{self.folder}/prosody.log" }}\n'
            f'interfaces = {{ "127.0.0.1" }}; c2s_ports = {{ {self.port} }}; '
            f"c2s_direct_tls_ports = {{ }}; s2s_ports = {{ }}; http_ports = {{ {free_port()} }}; "
            "https_ports = { }\n"
        )
        self._config.write_text(machine + text)


class OfEjabberd(Ejabberd):
    """ejabberd with the file from `packaging/server/`; ports, folders and certificate are ours."""

    def configuration(self) -> str:
        text = (SNIPPETS / "ejabberd.yml").read_text().replace("example.org", self.domain)
        text = text.replace("/var/lib/ejabberd", str(self.folder)).replace('"::"', '"127.0.0.1"')
        text = text.replace("5222", str(self.port)).replace("5443", str(self.http_port))
        certificate = self.folder / "both.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "400", "-subj",
             f"/CN={self.domain}", "-keyout", certificate, "-out", self.folder / "cert.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
        certificate.write_text(certificate.read_text() + (self.folder / "cert.pem").read_text())
        return f'certfiles: ["{certificate}"]\n{text}'


def complaints(log: str) -> list[str]:
    """Lines in which a server says that it does not like its settings.

    A certificate of our own making is none of them.
    """
    loud = re.compile(r"\[(warning|error|critical)\]|\t(warn|error)\t")
    return [line for line in log.splitlines() if loud.search(line) and "ertificate" not in line]


def test_prosody_starts_with_the_offered_configuration_and_complains_of_nothing():
    with OfProsody(tls=True) as server:
        server.add_account("ana", "secret")
        log = (server.folder / "prosody.log").read_text()
    assert "conference" not in (SNIPPETS / "prosody.cfg.lua").read_text()
    assert not complaints(log)


@pytest.mark.skipif(not has_ejabberd(), reason="no ejabberd here")
def test_ejabberd_starts_with_the_offered_configuration_and_complains_of_nothing():
    with OfEjabberd() as server:
        log = (server.folder / "log" / "ejabberd.log").read_text()
    assert not complaints(log)
