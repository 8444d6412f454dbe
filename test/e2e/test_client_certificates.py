"""Which certificates of clients are revoked, and whom authorities for all hosts let in.

No Docker: a fake agent tells what runs.
"""

import http.client

import pytest

from harness.certificates import Authority, Pair
from harness.https_shop import open_shop
from harness.wait import eventually


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with open_shop(tmp_path_factory.mktemp("clients")) as running:
        yield running


@pytest.fixture(scope="module")
def everybodys(shop):
    """Who issues certificates of clients of every host that has no authority of its own."""
    authority = Authority(shop.folder, "everybodys")
    (shop.certificates / "ca.crt").write_bytes(authority.certificate.read_bytes())
    return authority


def status(shop, host: str, pair: Pair) -> int:
    """0: there is no connection."""
    try:
        return shop.get(host, pair=pair)[0]
    except (OSError, http.client.HTTPException):
        return 0


def start(shop, host: str) -> None:
    shop.write(host)
    shop.run(host)


def test_who_is_revoked_stays_out(shop):
    host = "revoking.example"
    clients = Authority(shop.folder, "revoking")
    good, bad, later = (clients.issue([f"{name}.client.example"]) for name in ("good", "bad", "later"))
    revocations = shop.certificates / f"{host}.crl.pem"
    revocations.write_bytes(clients.revocations(bad))
    (shop.certificates / f"{host}.ca.crt").write_bytes(clients.certificate.read_bytes())
    start(shop, host)
    eventually("others come in", lambda: status(shop, host, good) == 200)
    assert status(shop, host, later) == 200
    assert status(shop, host, bad) == 0
    # A new list is for whoever connects from then on.
    revocations.write_bytes(clients.revocations(bad, later))
    eventually("the next one stays out", lambda: status(shop, host, later) == 0)
    assert status(shop, host, good) == 200


def test_an_authority_for_all_hosts_stands_where_there_is_no_other(shop, everybodys):
    own = Authority(shop.folder, "own")
    (shop.certificates / "own-clients.example.ca.crt").write_bytes(own.certificate.read_bytes())
    start(shop, "own-clients.example")
    start(shop, "all-clients.example")
    of_all, of_own = everybodys.issue(["client.example"]), own.issue(["client.example"])
    eventually("its own come in", lambda: status(shop, "own-clients.example", of_own) == 200)
    eventually("everybody's come in", lambda: status(shop, "all-clients.example", of_all) == 200)
    assert status(shop, "own-clients.example", of_all) == 0
    assert status(shop, "all-clients.example", of_own) == 0


def test_so_does_its_list_of_revoked_ones(shop, everybodys):
    start(shop, "all-revoking.example")
    good, bad = everybodys.issue(["good.example"]), everybodys.issue(["bad.example"])
    for pair in (good, bad):
        eventually("they come in", lambda of=pair: status(shop, "all-revoking.example", of) == 200)
    (shop.certificates / "ca.crl.pem").write_bytes(everybodys.revocations(bad))
    eventually("one stays out", lambda: status(shop, "all-revoking.example", bad) == 0)
    assert status(shop, "all-revoking.example", good) == 200
