"""Where messages may go: a table of addresses that reach into a network in disguise, and of good ones."""

import pytest

from lms.registry.safe_addresses import Unsafe, first_safe, is_public, target_of


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://hooks.example.org/", "scheme"),
        ("ftp://hooks.example.org/", "scheme"),
        ("//hooks.example.org/", "scheme"),
        ("hooks.example.org", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("https://user@hooks.example.org/", "user"),
        ("https://user:word@hooks.example.org/", "user"),
        ("https://hooks.example.org@10.0.0.1/", "user"),
        ("https://@hooks.example.org/", "user"),
        ("https://hooks.example.org/#part", "shape"),
        ("https://hooks.example.org/#", "shape"),
        ("https://hooks.example.org\\@10.0.0.1/", "shape"),
        ("https://hooks.example.org/a b", "shape"),
        ("https://hooks.example.org/\r\nX: y", "shape"),
        ("https://hooks.example.org/\t", "shape"),
        ("https://hôte.example.org/", "shape"),
        ("https://１２７.0.0.1/", "shape"),
        (f"https://hooks.example.org/{'x' * 500}", "shape"),
        ("https://[::1", "shape"),
        ("https://hooks.example.org:99999/", "shape"),
        ("https://hooks.example.org:x/", "shape"),
        ("https://hooks.example.org:80/", "port"),
        ("https://hooks.example.org:22/", "port"),
        ("https://hooks.example.org:1024/", "port"),
        ("https://hooks.example.org:0/", "port"),
        ("https:///path", "host"),
        ("https://localhost/", "host"),
        ("https://intranet/", "host"),
        ("https://hooks.example.org./", "host"),
        ("https://-a.example.org/", "host"),
        ("https://a_b.example.org/", "host"),
        ("https://%31%32%37.0.0.example/", "host"),
        ("https://127.0.0.1/", "private"),
        ("https://127.1/", "private"),
        ("https://2130706433/", "private"),
        ("https://0x7f000001/", "private"),
        ("https://0x7f.0.0.1/", "private"),
        ("https://0177.0.0.1/", "private"),
        ("https://017700000001/", "private"),
        ("https://0/", "private"),
        ("https://example.0x/", "private"),
        ("https://169.254.169.254/latest/meta-data/", "private"),
        ("https://[::1]/", "private"),
        ("https://[::]/", "private"),
        ("https://[::ffff:127.0.0.1]/", "private"),
        ("https://[::ffff:8.8.8.8]/", "private"),
        ("https://[fe80::1%25eth0]/", "private"),
        ("https://[fd00::1]/", "private"),
        ("https://[64:ff9b::7f00:1]/", "private"),
    ],
)
def test_what_could_reach_into_a_network_is_refused(url: str, fault: str) -> None:
    with pytest.raises(Unsafe) as refused:
        target_of(url)
    assert str(refused.value) == fault


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://hooks.example.org", "hooks.example.org", 443, "/"),
        ("https://Hooks.Example.org/status?a=b", "hooks.example.org", 443, "/status?a=b"),
        ("https://hooks.example.org:8443/x", "hooks.example.org", 8443, "/x"),
        ("https://xn--hte-0ma.example.org/", "xn--hte-0ma.example.org", 443, "/"),
        ("https://8.8.8.8/", "8.8.8.8", 443, "/"),
        ("https://[2606:4700::1111]/", "2606:4700::1111", 443, "/"),
    ],
)
def test_public_addresses_over_tls_are_taken(url: str, host: str, port: int, path: str) -> None:
    found = target_of(url)
    assert (found.host, found.port, found.path, found.is_tls) == (host, port, path, True)


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254"),
        *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1"),
        *("192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1"),
        *("239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:8.8.8.8", "::8.8.8.8"),
        *("64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1"),
        *(
            "5f00::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fe80::1%eth0",
            "2606:4700::1111%1",
            "fec0::1",
            "ff02::1",
        ),
        *("", "example.org", "1.2.3", "01.2.3.4", "0x7f.0.0.1"),
    ],
)
def test_addresses_that_are_not_of_the_public_network(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(Unsafe):
        first_safe(["8.8.8.8", address])


@pytest.mark.parametrize("address", ["1.1.1.1", "100.63.255.255", "100.128.0.1", "172.32.0.1", "2a00:1450::1"])
def test_addresses_of_the_public_network(address: str) -> None:
    assert is_public(address)
    assert first_safe([address, "8.8.8.8"]) == address


def test_no_answer_is_no_host() -> None:
    with pytest.raises(Unsafe, match="host"):
        first_safe([])


def test_this_machine_is_reached_in_tests_alone() -> None:
    assert target_of("http://127.0.0.1:5000/x", is_loopback_allowed=True).is_tls is False
    assert first_safe(["127.0.0.1"], is_loopback_allowed=True) == "127.0.0.1"
    for url in ("http://10.0.0.1/", "http://hooks.example.org/"):
        with pytest.raises(Unsafe):
            target_of(url, is_loopback_allowed=True)
    with pytest.raises(Unsafe):
        first_safe(["10.0.0.1"], is_loopback_allowed=True)
