"""The files of a real installation are well formed, pinned and not root, and name only known settings."""

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from lms.config import OTHER_VARIABLES, Settings
from lms.thrifty import LARGEST_BODY

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "compose.yaml"
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
FILES = [
    COMPOSE,
    DOCKERFILE,
    ROOT / "Procfile",
    ROOT / ".env.example",
    *UNITS,
    *sorted((ROOT / "deploy" / "proxy").iterdir()),
]


@pytest.fixture
def compose() -> dict[str, Any]:
    parsed = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    assert isinstance(parsed, dict)
    return parsed


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_named_is_known(path: Path) -> None:
    known = {f"LMS_{name.upper()}" for name in Settings.model_fields}
    known |= {f"{name}_FILE" for name in known} | OTHER_VARIABLES | {"LMS_"}
    named = set(re.findall(r"\bLMS_[A-Z_]*", path.read_text(encoding="utf-8")))
    assert not named - known


def test_compose_has_the_five_parts(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) >= {"web", "worker", "beat", "postgres", "valkey"}


def test_compose_images_are_pinned(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert re.search(r":\d+\.\d+", service["image"]), name


def test_compose_services_say_whether_they_are_well(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if name != "migrate":
            assert service["healthcheck"]["test"], name


def test_compose_holds_no_secret(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if re.search("KEY|PASSWORD|DATABASE_URL", name):
                assert name.endswith("_FILE")
                assert str(value).startswith("/run/secrets/")
    assert all(set(secret) == {"file"} for secret in compose["secrets"].values())
    assert "/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_compose_settings_can_be_used(compose: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 40, encoding="utf-8")
    (tmp_path / "url").write_text("postgresql+psycopg://lms:x@postgres/lms", encoding="utf-8")
    given = {
        name: re.sub(r"\$\{\w+:-(.*)\}", r"\1", str(value))
        for name, value in compose["services"]["web"]["environment"].items()
    }
    given |= {
        "LMS_BASE_URL": "https://training.example.org",
        "LMS_SECRET_KEY_FILE": str(tmp_path / "key"),
        "LMS_DATABASE_URL_FILE": str(tmp_path / "url"),
    }
    assert Settings.from_environment(given).worker == "celery"


def test_image_is_pinned_small_and_not_root() -> None:
    lines = DOCKERFILE.read_text(encoding="utf-8").splitlines()
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert len(bases) == 2
    assert all(re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", base) for base in bases)
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users
    assert users[-1] not in ("root", "0")
    assert any(line.startswith("HEALTHCHECK ") for line in lines)
    assert not any(line.startswith("ADD ") for line in lines)


def test_image_copies_only_what_is_there() -> None:
    for line in DOCKERFILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (ROOT / source).exists(), source


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_run_a_known_command_and_are_fenced_in(path: Path) -> None:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read(path, encoding="utf-8")
    service = parsed["Service"]
    assert service["User"] not in ("", "root")
    assert re.match(r"/srv/lms/bin/lms (serve|worker|beat)\b", service["ExecStart"])
    for fence in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "RestrictSUIDSGID", "LockPersonality"):
        assert service[fence] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert parsed["Install"]["WantedBy"] == "multi-user.target"


def test_every_long_running_command_has_a_unit_and_a_line_in_the_procfile() -> None:
    assert [path.stem for path in UNITS] == ["lms-beat", "lms-web", "lms-worker"]
    kinds = {
        line.partition(":")[0] for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines() if line
    }
    assert kinds == {"release", "web", "worker", "beat"}


def test_the_proxies_take_what_the_largest_page_takes() -> None:
    largest = f"{LARGEST_BODY // 1024 // 1024}"
    assert f"client_max_body_size {largest}m;" in (ROOT / "deploy/proxy/nginx.conf").read_text(encoding="utf-8")
    assert f"max_size {largest}MB" in (ROOT / "deploy/proxy/Caddyfile").read_text(encoding="utf-8")
