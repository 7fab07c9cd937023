"""What containers are made of fits together, and fits the code. Read as text: no YAML parser is among our tools."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from deploy.host import SERVICES
from shared.settings import Settings
from tests.servers import KAFKA_IMAGE, MONGO_IMAGE

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()
KUBERNETES = ROOT / "deploy" / "kubernetes"
INGRESS_PATH = r"\{ path: (\S+), pathType: Prefix, backend: \{ service: \{ name: (\w+),"
NAMES = {f"ENGAGE_{each.name.upper()}" for each in fields(Settings)}


def under(heading: str) -> dict[str, str]:
    """What stands under a heading of docker-compose.yml, by name."""
    section = re.split(r"^(?=\S)", COMPOSE.partition(f"\n{heading}:\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    return dict(re.findall(r"^  ([\w-]+):((?:.*\n)(?:(?:    .*)?\n)*)", section, re.MULTILINE))


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_is_a_container_of_its_own_with_only_its_own_secrets(service: str) -> None:
    block = under("services")[service]

    assert "<<: *service\n" in block
    assert f"command: [{service}]\n" in block
    assert f"secrets: [{{ source: {service}, target: engage.json }}]\n" in block
    assert f"/{service}.json" in under("secrets")[service]


def test_what_all_services_have_in_common_shuts_them_in_and_has_them_watched() -> None:
    shut_in = COMPOSE.partition("\nx-shut-in:")[2].partition("\nx-")[0]
    service = COMPOSE.partition("\nx-service:")[2].partition("\nx-")[0]

    for line in ("read_only: true", "cap_drop: [ALL]", 'security_opt: ["no-new-privileges:true"]'):
        assert f"  {line}\n" in shut_in
    for line in ('user: "10001:10001"', "restart: unless-stopped", "stop_grace_period: 30s", "<<: [*image, *shut-in]"):
        assert f"  {line}\n" in service
    assert "http://127.0.0.1:8000/health" in service
    assert "memory: " in service


@pytest.mark.parametrize("container", sorted(under("services")))
def test_every_container_is_limited_and_watched(container: str) -> None:
    block = under("services")[container]
    if container == "make-secrets":
        assert "profiles: [setup]\n" in block
    elif container not in SERVICES:
        for wanted in ("healthcheck:\n", "restart: unless-stopped\n", "memory: ", "no-new-privileges", "cap_drop"):
            assert wanted in block or (wanted in {"no-new-privileges", "cap_drop"} and "<<: *shut-in\n" in block)


def test_only_the_front_door_and_the_mail_that_is_caught_can_be_reached_from_outside() -> None:
    containers = under("services")

    assert {name for name, block in containers.items() if "    ports:" in block} == {"front", "mailpit"}
    assert "front: { internal: true }" in COMPOSE
    assert "back: { internal: true }" in COMPOSE
    assert "networks: [front, outside]\n" in containers["front"]


def test_every_image_is_pinned() -> None:
    images = re.findall(r"^    image: (\S+)$|^FROM (\S+)", COMPOSE + DOCKERFILE, re.MULTILINE)
    foreign = [one or other for one, other in images if not (one or other).startswith("engage")]

    assert KAFKA_IMAGE in foreign
    assert any(image.startswith(f"{MONGO_IMAGE}") for image in foreign)
    for image in foreign:
        assert re.search(r":v?\d", image), image
        assert "latest" not in image


def test_kafka_is_the_version_that_the_tests_run_on() -> None:
    pom = (ROOT / "deploy" / "servers" / "pom.xml").read_text()

    assert f"<version>{KAFKA_IMAGE.partition(':')[2]}</version>" in pom


def test_the_image_is_built_with_the_uv_of_the_makefile() -> None:
    of_makefile = re.search(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)

    assert of_makefile is not None
    assert f"ARG UV_VERSION={of_makefile[1]}\n" in DOCKERFILE


@pytest.mark.parametrize("file", ["docker-compose.yml", "deploy/Dockerfile", "deploy/kubernetes/settings.yaml"])
def test_every_setting_that_is_named_exists(file: str) -> None:
    named = set(re.findall(r"\bENGAGE_[A-Z_]*[A-Z]\b", (ROOT / file).read_text()))

    assert named <= NAMES


def test_each_setting_can_be_set_for_the_containers_or_is_none_of_theirs() -> None:
    assert {name for name in NAMES if f"  {name}: " not in COMPOSE} == {"ENGAGE_KAFKA_REPLICATION", "ENGAGE_NAMESPACE"}


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_is_deployed_to_kubernetes(service: str) -> None:
    manifest = (KUBERNETES / f"{service}.yaml").read_text()

    assert f"  - {service}.yaml\n" in (KUBERNETES / "kustomization.yaml").read_text()
    assert f"args: [{service}]\n" in manifest
    assert f"secretName: engage-{service}," in manifest
    for kind in ("Deployment", "Service", "PodDisruptionBudget"):
        assert f"kind: {kind}\n" in manifest
    for line in ("enableServiceLinks: false", "runAsNonRoot: true", "readOnlyRootFilesystem: true", "livenessProbe:"):
        assert f"{line}\n" in manifest


def test_the_ingress_sends_each_path_to_its_service() -> None:
    routes = re.findall(INGRESS_PATH, (KUBERNETES / "ingress.yaml").read_text())

    assert sorted(routes) == sorted((prefix, name) for name, module in SERVICES.items() for prefix in module.PATHS)
