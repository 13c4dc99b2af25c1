#!/usr/bin/env python3
"""Checks what can be checked of these files without a container engine or a cluster.

Every YAML and JSON file can be read; what a composition refers to is there; each metric that an alert or a panel asks for is one
that the product reports; each alert's runbook exists; alerts say what their tests expect, where promtool is installed; shell scripts parse; the manifests
render, where kubectl is installed.
Ends with 1 and the list of faults if there are any.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys

import yaml

INFRA = pathlib.Path(__file__).resolve().parent
ROOT = INFRA.parent
SUFFIXES = re.compile(r"_(total|bucket|count|sum|seconds|seconds_bucket|seconds_count|seconds_sum)$")
faults = []


def read_all():
    for path in sorted(INFRA.rglob("*.yaml")):
        try:
            yield path, list(yaml.safe_load_all(path.read_text()))
        except yaml.YAMLError as error:
            faults.append(f"{path.relative_to(ROOT)}: {error}")


def reported():
    """The product's metrics as Prometheus names them, without unit and kind."""
    source = "\n".join(path.read_text() for path in (ROOT / "src").rglob("*.cs") if "obj" not in path.parts)
    return {name.replace(".", "_") for name in re.findall(r'"(marketplace\.[a-z_.]+)"', source)}


def plain(metric):
    while SUFFIXES.search(metric):
        metric = SUFFIXES.sub("", metric)
    return metric


def check_metrics(where, text, known):
    for metric in set(re.findall(r"\bmarketplace_[a-z_]+", text)):
        if plain(metric) not in known:
            faults.append(f"{where}: nothing reports {metric}")


def check_alerts(document):
    for group in document["groups"]:
        for rule in group["rules"]:
            if not (ROOT / rule["annotations"]["runbook"]).is_file():
                faults.append(f"alert {rule['alert']}: there is no {rule['annotations']['runbook']}")


def check_compositions(documents):
    base = documents["compose.yaml"]["services"]
    for database in ("compose.postgres.yaml", "compose.sqlserver.yaml"):
        services = {**base, **documents[database]["services"]}
        for name, service in base.items():
            for other in service.get("depends_on", []):
                if other not in services:
                    faults.append(f"{database}: {name} waits for {other}, which isn't there")
    for name, service in base.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith(".") and not (INFRA / source).exists():
                faults.append(f"compose.yaml: {name} mounts {source}, which isn't there")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        faults.append(f"{' '.join(command)}: {done.stdout.strip()} {done.stderr.strip()}")


documents = {path.name: content[0] for path, content in read_all()}
check_alerts(documents["alerts.yaml"])
check_compositions(documents)
known = reported()
check_metrics("alerts.yaml", (INFRA / "observability/alerts.yaml").read_text(), known)
dashboard = (INFRA / "observability/grafana/marketplace.json").read_text()
json.loads(dashboard)
check_metrics("marketplace.json", dashboard, known)
for script in sorted(INFRA.rglob("*.sh")):
    run("bash", "-n", str(script))
if shutil.which("promtool"):
    run("promtool", "check", "config", "--syntax-only", str(INFRA / "observability/prometheus.yaml"))
    run("promtool", "check", "rules", "--lint-fatal", str(INFRA / "observability/alerts.yaml"))
    run("promtool", "test", "rules", str(INFRA / "observability/alerts.test.yaml"))
else:
    print("promtool isn't installed: the alerts were read but not tried")
if shutil.which("kubectl"):
    run("kubectl", "kustomize", str(INFRA / "kubernetes"))
else:
    print("kubectl isn't installed: the manifests were read but not rendered")
for fault in faults:
    print(fault)
print(f"{len(faults)} faults in infra/")
sys.exit(1 if faults else 0)
