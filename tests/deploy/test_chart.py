"""The Helm chart, rendered by Helm itself: Kubernetes takes it, and it says what compose.yaml and the code say."""

import copy
import json
import os
import re
import subprocess
from ipaddress import ip_address, ip_network

import jsonschema_rs
import pytest
import yaml
from django.core.management import get_commands
from django.test import Client

from clinics_site import env
from kernel.health import PROBES
from scripts import local
from tests.deploy import expressions
from tests.deploy.test_containers import DOCKERFILE, LASTING, NOT_OURS, SERVICES, seconds
from tests.kernel.test_guarded_http import OUTSIDE_OF_THE_INTERNET

CHART = local.BASE / "deploy" / "helm" / "clinics"
ABOUT = yaml.safe_load((CHART / "Chart.yaml").read_text())
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
SCHEMA = json.loads((CHART / "values.schema.json").read_text())
CHECK = jsonschema_rs.validator_for(SCHEMA)
OLDEST, NEWEST = "1.27", "1.37"
ANY_ADDRESS, WRITABLE = "0.0.0.0", "/tmp"  # noqa: S104, S108
# Component: its values.
PROCESSES = {
    "web": "web",
    "worker": "worker",
    "ehr-worker": "ehrWorker",
    "beat": "beat",
    "follower": "follower",
}
SCALED = ("web", "worker", "ehr-worker")
SCALERS = [PROCESSES[name] for name in SCALED]
PEER = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress"}}}
SECRET = re.compile(r"(KEY|KEYS|SECRET|TOKEN|PASSWORD|DSN|HEADERS)$|^(MONGODB_URI|REDIS_URL)$")


def scaled(**more):
    return {
        "autoscaling": {"enabled": True, "metrics": [{"type": "External", "external": EXTERNAL}]},
        **more,
    }


EXTERNAL = {
    "metric": {"name": "clinics_queue_oldest_seconds"},
    "target": {"type": "Value", "value": "30"},
}
SCHEDULING = {
    "nodeSelector": {"disk": "fast"},
    "tolerations": [{"key": "care", "operator": "Exists"}],
    "priorityClassName": "high",
}
EVERYTHING = {
    "image": {"pullSecrets": [{"name": "registry"}]},
    "env": {"ALLOWED_HOSTS": "clinics.example.org", "WEB_THREADS": 8},
    "secrets": {"files": {"EMAIL_HOST_PASSWORD": "email-password"}},
    "web": scaled(scheduling=SCHEDULING, podAnnotations={"a/b": "c"}),
    "worker": scaled(),
    "ehrWorker": scaled(),
    "migrate": {"files": {"MONGODB_URI": "mongodb-owner-uri"}, "scheduling": SCHEDULING},
    "service": {"annotations": {"a/b": "c"}},
    "serviceAccount": {"annotations": {"a/b": "c"}},
    "serviceMonitor": {"enabled": True, "labels": {"release": "prometheus"}},
    "prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}},
    "networkPolicy": {"webFrom": [PEER], "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]},
}
LITTLE = {
    "migrate": {"enabled": False},
    "disruptionBudget": {"enabled": False},
    "serviceAccount": {"create": False},
    "networkPolicy": {"enabled": False},
}
CASES = {"default": {}, "everything": EVERYTHING, "little": LITTLE}


# --- what is rendered ---------------------------------------------------------------------------------
def rendered(requests):
    """What scripts/chart.py answers, in order."""
    python = local.LOCAL / "chart" / "bin" / "python"
    if not python.is_file():
        assert not os.environ.get("CHART_REQUIRED"), "Helm is missing: `make chart`"
        pytest.skip("Helm is not on this machine: `make chart` fetches it")
    result = subprocess.run(
        [python, "scripts/chart.py"],
        input=json.dumps(requests),
        cwd=local.BASE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-4000:]
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def answers():
    requests = [{"values": values, "kubernetes": NEWEST} for values in CASES.values()]
    oldest = {"values": EVERYTHING, "kubernetes": OLDEST}
    return dict(zip([*CASES, "oldest"], rendered([*requests, oldest]), strict=True))


@pytest.fixture(params=CASES)
def objects(request, answers):
    return answers[request.param]["objects"]


@pytest.fixture
def everything(answers):
    return answers["everything"]["objects"]


def of(objects, kind):
    """By name, without that of the release."""
    return {
        one["metadata"]["name"].removeprefix("one-clinics").removeprefix("-"): one
        for one in objects
        if one["kind"] == kind
    }


def pods(objects):
    """The pods of all processes, and of the job, by component."""
    lasting = of(objects, "Deployment") | of(objects, "Job")
    return {name: one["spec"]["template"] for name, one in lasting.items()}


def container(pod):
    (one,) = pod["spec"]["containers"]
    return one


def variables(pod):
    return {one["name"]: one["value"] for one in container(pod)["env"]}


def selected(objects, labels):
    return {
        name
        for name, pod in pods(objects).items()
        if labels.items() <= pod["metadata"]["labels"].items()
    }


@pytest.mark.parametrize("case", [*CASES, "oldest"])
def test_neither_helm_nor_kubernetes_finds_anything_wrong(answers, case):
    assert answers[case].get("problems") == []


def test_the_schemas_of_kubernetes_judge_at_all():
    """What is scheduled is free for our schema."""
    broken = {"web": {"scheduling": {"tolerations": [{"unknown": "field"}]}}}
    (answer,) = rendered([{"values": broken, "kubernetes": NEWEST}])
    assert len(answer["problems"]) == 1
    assert "Deployment one-clinics-web" in answer["problems"][0]


def test_all_processes_have_a_deployment(objects):
    assert of(objects, "Deployment").keys() == LASTING == PROCESSES.keys()


@pytest.mark.parametrize("name", sorted(LASTING))
def test_each_command_is_that_of_the_container(answers, name):
    command = SERVICES[name].get("command") or yaml.safe_load(
        re.findall(r"^CMD (.*)$", DOCKERFILE, re.M)[0]
    )
    assert container(pods(answers["default"]["objects"])[name])["command"] == command


@pytest.mark.parametrize("name", sorted(LASTING))
def test_each_process_has_the_time_to_end_that_it_has_in_a_container(objects, name):
    grace = pods(objects)[name]["spec"]["terminationGracePeriodSeconds"]
    drain = VALUES["web"]["drainSeconds"] if name == "web" else 0
    assert grace == seconds(SERVICES[name]["stop_grace_period"]) + drain


def test_web_serves_until_all_nodes_know_that_it_ends(everything):
    hook = container(pods(everything)["web"])["lifecycle"]["preStop"]
    assert hook == {"exec": {"command": ["sleep", str(VALUES["web"]["drainSeconds"])]}}
    for one in of(everything, "Deployment").values():
        assert one["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


@pytest.mark.parametrize("name", sorted(LASTING - {"web"}))
def test_a_process_without_requests_is_asked_as_in_a_container(objects, name):
    one = container(pods(objects)[name])
    command = SERVICES[name]["healthcheck"]["test"][1:]
    for probe in ("startupProbe", "livenessProbe"):
        assert one[probe]["exec"]["command"] == command
        assert one[probe]["timeoutSeconds"] > 5
    assert variables(pods(objects)[name])["METRICS_PORT"] == str(one["ports"][0]["containerPort"])
    assert variables(pods(objects)[name])["METRICS_HOST"] == ANY_ADDRESS


def test_web_is_routed_to_by_ready_and_started_again_by_live(objects):
    pod = pods(objects)["web"]
    one = container(pod)
    asked = {kind: one[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
    assert {kind: get["path"] for kind, get in asked.items()} == {
        "startup": "/live",
        "liveness": "/live",
        "readiness": "/ready",
    }
    assert {get["path"] for get in asked.values()} <= PROBES.keys()
    ports = {port["name"]: str(port["containerPort"]) for port in one["ports"]}
    assert ports == {"http": variables(pod)["PORT"], "health": variables(pod)["HEALTH_PORT"]}
    assert {get["port"] for get in asked.values()} == {"health"}


def test_each_variable_that_is_set_is_one_that_the_service_reads(objects):
    for name, pod in pods(objects).items():
        read = {variable.removesuffix("_FILE") for variable in variables(pod)}
        assert read - NOT_OURS <= env.VARIABLES.keys(), name


def test_each_secret_is_a_file_that_is_there(objects):
    for pod in pods(objects).values():
        (volume,) = [one for one in pod["spec"]["volumes"] if one["name"] == "secrets"]
        (mount,) = [one for one in container(pod)["volumeMounts"] if one["name"] == "secrets"]
        there = {f"{mount['mountPath']}/{item['path']}" for item in volume["secret"]["items"]}
        read = {value for name, value in variables(pod).items() if name.endswith("_FILE")}
        assert (
            {"/run/secrets/clinics/secret-key", "/run/secrets/clinics/audit-key"} <= read <= there
        )
        assert volume["secret"]["defaultMode"] == 0o440
        assert volume["secret"]["secretName"] == VALUES["secrets"]["name"]


def test_the_user_who_makes_indexes_is_known_to_the_job_alone(everything):
    path = "/run/secrets/clinics/mongodb-owner-uri"
    assert variables(pods(everything)["migrate"])["MONGODB_URI_FILE"] == path
    for name in LASTING:
        assert "mongodb-owner-uri" not in json.dumps(pods(everything)[name])
        assert variables(pods(everything)[name])["EMAIL_HOST_PASSWORD_FILE"].endswith(
            "email-password"
        )


def test_the_chart_holds_no_secret(objects):
    assert not {"Secret", "ConfigMap"} & {one["kind"] for one in objects}


def test_each_pod_has_as_few_rights_as_it_can(objects):
    for pod in pods(objects).values():
        spec = pod["spec"]
        assert spec["securityContext"] == {
            "runAsNonRoot": True,
            "runAsUser": VALUES["user"],
            "runAsGroup": VALUES["user"],
            "fsGroup": VALUES["user"],
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        assert container(pod)["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert {"requests", "limits"} == container(pod)["resources"].keys()
    for account in of(objects, "ServiceAccount").values():
        assert account["automountServiceAccountToken"] is False


def test_the_user_is_that_of_the_image():
    """By number: Kubernetes cannot tell whether a name is that of root."""
    assert f"--uid {VALUES['user']} " in DOCKERFILE
    assert f"\nUSER {VALUES['user']}\n" in DOCKERFILE


def test_only_the_folder_for_temporary_files_can_be_written(objects):
    for pod in pods(objects).values():
        writable = [
            one["mountPath"] for one in container(pod)["volumeMounts"] if not one.get("readOnly")
        ]
        assert writable == [WRITABLE]
        assert "PROMETHEUS_MULTIPROC_DIR" not in variables(pod), "each process makes its own"
    command = container(pods(objects)["beat"])["command"]
    assert command[command.index("--schedule") + 1].startswith(f"{WRITABLE}/")


def test_migrate_runs_before_the_first_and_each_new_version(everything):
    job = of(everything, "Job")["migrate"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    pod = pods(everything)["migrate"]
    assert container(pod)["command"] == SERVICES["migrate"]["command"]
    assert container(pod)["command"][2] in get_commands()
    # It runs before anything else of the release is there.
    assert pod["spec"]["serviceAccountName"] == "default"
    assert pod["spec"]["restartPolicy"] == "Never"


def test_the_service_leads_to_web_alone(objects):
    service = of(objects, "Service")["web"]["spec"]
    assert selected(objects, service["selector"]) == {"web"}
    assert [port["targetPort"] for port in service["ports"]] == ["http"]


def test_each_deployment_selects_its_own_pods(objects):
    for name, one in of(objects, "Deployment").items():
        assert selected(objects, one["spec"]["selector"]["matchLabels"]) == {name}


def test_web_and_workers_grow_where_that_is_wanted(answers):
    assert of(answers["default"]["objects"], "HorizontalPodAutoscaler") == {}
    everything = answers["everything"]["objects"]
    scalers, deployments = (
        of(everything, kind) for kind in ("HorizontalPodAutoscaler", "Deployment")
    )
    assert scalers.keys() == {*SCALED}
    for name, one in scalers.items():
        assert one["spec"]["scaleTargetRef"]["name"] == f"one-clinics-{name}"
        assert [metric["type"] for metric in one["spec"]["metrics"]] == ["Resource", "External"]
        assert "replicas" not in deployments[name]["spec"], "the scaler decides"
    for name, one in of(answers["default"]["objects"], "Deployment").items():
        assert one["spec"]["replicas"] == VALUES[PROCESSES[name]].get("replicas", 1)


def test_emptying_a_node_leaves_web_and_workers(answers):
    budgets = of(answers["default"]["objects"], "PodDisruptionBudget")
    assert budgets.keys() == {*SCALED}
    for name, one in budgets.items():
        labels = one["spec"]["selector"]["matchLabels"]
        assert selected(answers["default"]["objects"], labels) == {name}
    assert of(answers["little"]["objects"], "PodDisruptionBudget") == {}


# --- watching, and who may connect --------------------------------------------------------------------
def test_prometheus_finds_each_process_under_the_name_that_the_alarms_know(everything):
    found, jobs = set(), set()
    for monitor in of(everything, "ServiceMonitor").values():
        (endpoint,) = monitor["spec"]["endpoints"]
        labels = monitor["spec"]["selector"]["matchLabels"]
        (service,) = [
            one
            for one in of(everything, "Service").values()
            if labels.items() <= one["metadata"]["labels"].items()
        ]
        (port,) = [one for one in service["spec"]["ports"] if one["name"] == endpoint["port"]]
        pods_there = selected(everything, service["spec"]["selector"])
        for name in pods_there:
            assert port["targetPort"] in [
                p["name"] for p in container(pods(everything)[name])["ports"]
            ]
        assert endpoint["authorization"]["credentials"] == {
            "name": VALUES["secrets"]["name"],
            "key": VALUES["secrets"]["files"]["METRICS_TOKEN"],
        }
        assert not found & pods_there
        found |= pods_there
        jobs |= {
            one["replacement"] for one in endpoint["relabelings"] if one["targetLabel"] == "job"
        }
    assert found == LASTING
    assert jobs == set(re.findall(r'job="([\w-]+)"', expressions.RULES.read_text()))


def test_prometheus_may_read_by_the_address_of_a_pod(settings):
    """By a client of its own: middlewares keep what the settings were when they were made."""
    settings.ALLOWED_HOSTS = ["clinics.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/metrics", HTTP_HOST="10.1.2.3:8080").status_code == 200


def test_the_alarms_are_those_of_the_file(everything):
    (rule,) = of(everything, "PrometheusRule").values()
    assert rule["spec"] == yaml.safe_load(expressions.RULES.read_text())
    assert (CHART / "files" / "alerts.yml").resolve() == expressions.RULES


def test_metrics_are_not_read_without_a_token():
    values = {"serviceMonitor": {"enabled": True}, "secrets": {"files": {"METRICS_TOKEN": None}}}
    (answer,) = rendered([{"values": values}])
    assert "serviceMonitor needs METRICS_TOKEN" in answer["refused"]


def test_nothing_comes_in_but_requests_and_those_who_read_metrics(everything):
    policies = of(everything, "NetworkPolicy")
    all_pods = policies.pop("")
    del policies["webhooks"]
    labels = all_pods["spec"]["podSelector"]["matchLabels"]
    assert selected(everything, labels) == {*LASTING, "migrate"}
    assert "ingress" not in all_pods["spec"]
    assert all_pods["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert {53} == {port["port"] for port in all_pods["spec"]["egress"][0]["ports"]}
    entered = {
        name: (
            selected(everything, one["spec"]["podSelector"]["matchLabels"]),
            [(rule["ports"][0]["port"], rule.get("from")) for rule in one["spec"]["ingress"]],
        )
        for name, one in policies.items()
    }
    readers = VALUES["networkPolicy"]["metricsFrom"]
    assert entered == {
        "web": ({"web"}, [("http", [PEER]), ("http", readers)]),
        "metrics": (LASTING - {"web"}, [("metrics", readers)]),
    }


def test_those_that_send_to_webhooks_reach_all_of_the_internet_and_nothing_else(everything):
    """What is refused and what is taken is that of the service itself (kernel.guarded_http)."""
    policy = of(everything, "NetworkPolicy")["webhooks"]["spec"]
    assert selected(everything, policy["podSelector"]["matchLabels"]) == {"ehr-worker"}
    assert policy["policyTypes"] == ["Egress"]
    (rule,) = policy["egress"]
    assert rule["ports"] == [{"protocol": "TCP"}]
    blocks = [one["ipBlock"] for one in rule["to"]]

    def may_connect(text):
        address = ip_address(text)
        return any(
            address in ip_network(block["cidr"])
            and not any(address in ip_network(one) for one in block["except"])
            for block in blocks
        )

    for address in OUTSIDE_OF_THE_INTERNET:
        assert not may_connect(address.partition("%")[0]), address
    for address in ("93.184.216.34", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111"):
        assert may_connect(address), address


def test_where_pods_may_connect_to_is_open_until_it_is_said(answers):
    policies = of(answers["default"]["objects"], "NetworkPolicy")
    assert policies[""]["spec"]["policyTypes"] == ["Ingress"]
    assert "webhooks" not in policies
    assert policies["web"]["spec"]["ingress"] == [{"ports": [{"port": "http", "protocol": "TCP"}]}]


# --- values -------------------------------------------------------------------------------------------
def merged(values, own):
    """As Helm does: null removes."""
    result = copy.deepcopy(values)
    for name, value in own.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = merged(result[name], value)
        else:
            result[name] = value
    return result


def refusals(own):
    return list(CHECK.iter_errors(merged(VALUES, own)))


WRONG = [
    {"replicas": 2},
    {"web": {"replica": 2}},
    {"web": {"replicas": 0}},
    {"web": {"replicas": "2"}},
    {"web": {"autoscaling": {"enabled": "yes"}}},
    {"web": {"scheduling": {"nodeselector": {}}}},
    {"worker": {"concurrency": 0}},
    {"beat": {"replicas": 2}},
    {"image": {"repository": ""}},
    {"image": {"pullPolicy": "Sometimes"}},
    {"env": {"allowed_hosts": "a"}},
    {"env": {"ALLOWED_HOSTS": ["a"]}},
    {"env": {"SECRET_KEY": "a"}},
    {"env": {"SECRET_KEY_FILE": "/a"}},
    {"env": {"HEALTH_PORT": "1"}},
    {"env": {"METRICS_PORT": "1"}},
    {"env": {"PROMETHEUS_MULTIPROC_DIR": "/run"}},
    {"secrets": {"name": ""}},
    {"secrets": {"files": {"SECRET_KEY": None}}},
    {"secrets": {"files": {"AUDIT_KEY": "a/../b"}}},
    {"secrets": {"files": {"MONGODB_URI_FILE": "a"}}},
    {"secrets": {"values": {"SECRET_KEY": "a"}}},
    {"user": 0},
    {"temporary": "much"},
    {"service": {"port": 0}},
    {"disruptionBudget": {"maxUnavailable": 0}},
    {"networkPolicy": {"webFrom": "ingress"}},
    {"serviceMonitor": {"interval": "often"}},
]


@pytest.mark.parametrize("own", CASES.values(), ids=CASES)
def test_right_values_are_taken(own):
    assert refusals(own) == []


@pytest.mark.parametrize("own", WRONG, ids=json.dumps)
def test_wrong_values_are_refused(own):
    assert len(refusals(own)) == 1


def test_helm_refuses_them_too():
    answers = rendered([{"values": own} for own in WRONG])
    assert [one.keys() for one in answers] == [{"refused"}] * len(WRONG)


def numbers_in(schema, path=()):
    """Where values may be numbers: the names that lead there."""
    if "$ref" in schema:
        schema = {**schema, **SCHEMA["definitions"][schema["$ref"].rpartition("/")[2]]}
    if "integer" in (schema.get("type"), *[one.get("type") for one in schema.get("anyOf", ())]):
        yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from numbers_in(inner, (*path, name))


LARGE = 10_000_000


def test_large_numbers_are_written_with_all_their_digits():
    """Ids of users on some clusters have ten digits; Helm's own way to write them is 1.0007e+09."""
    values = {"env": {"BYTES": 67_108_864, "SHARE": 0.25, "IS_ON": True, "NAME": "1e6"}}
    for path, schema in numbers_in(SCHEMA):
        place = values
        for name in path[:-1]:
            place = place.setdefault(name, {})
        place[path[-1]] = min(schema.get("maximum", LARGE), LARGE)
    for name in SCALERS:
        values[name]["autoscaling"]["enabled"] = True
    assert refusals(values) == []
    (answer,) = rendered([{"values": values}])
    assert re.findall(r"\de\+\d", answer["text"]) == []
    assert answer["text"].count(str(LARGE)) > 20
    for name, written in (
        ("BYTES", "67108864"),
        ("SHARE", "0.25"),
        ("IS_ON", "true"),
        ("NAME", "1e6"),
    ):
        assert f'{{name: {name}, value: "{written}"}}' in answer["text"]


def test_every_setting_has_a_place_and_no_secret_is_among_the_others():
    of_the_chart = {"PORT", "HEALTH_PORT", "METRICS_PORT", "PROMETHEUS_MULTIPROC_DIR"}
    names = {name.replace("*", "SERVER_TOKEN") for name in env.VARIABLES}
    for name in names - of_the_chart:
        assert refusals({"secrets": {"files": {name: "a"}}}) == []
        assert bool(refusals({"env": {name: "a"}})) == bool(SECRET.search(name)), name


def changed(value):
    """Another value of the same kind, which the schema takes."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    kinds = {"IfNotPresent": "Always", "ClusterIP": "NodePort", "1Gi": "2Gi", "15s": "30s"}
    return kinds.get(value, f"{value}x")


def leaves(values, path=()):
    for name, value in values.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, name))
        elif isinstance(value, (bool, int, str)):
            yield (*path, name), value


def nested(path, value):
    for name in reversed(path):
        value = {name: value}
    return value


def test_every_value_changes_something():
    """Replicas do where nothing scales."""
    fixed = merged(
        EVERYTHING, {name: nested(("autoscaling", "enabled"), False) for name in SCALERS}
    )
    paths = dict(leaves(merged(VALUES, EVERYTHING)))
    assert len(paths) > 60
    bases = [fixed if path[-1] == "replicas" else EVERYTHING for path in paths]
    changes = [nested(path, changed(value)) for path, value in paths.items()]
    before = rendered([{"values": fixed}, {"values": EVERYTHING}])
    after = rendered(
        [{"values": merged(base, one)} for base, one in zip(bases, changes, strict=True)]
    )
    outcomes = dict(zip(paths, after, strict=True))
    assert {path for path, one in outcomes.items() if "refused" in one} == set()
    assert {path for path, one in outcomes.items() if one in before} == set()


def test_the_versions_are_those_of_the_service():
    project = (local.BASE / "pyproject.toml").read_text()
    version = re.search(r'^version = "(.*)"', project, re.M)[1]
    assert ABOUT["appVersion"] == version
    assert ABOUT["kubeVersion"] == f">={OLDEST}.0-0"


def test_the_page_about_it_names_every_value():
    page = (CHART / "README.md").read_text()
    for name in VALUES:
        assert f"`{name}" in page, name
    for key in VALUES["secrets"]["files"].values():
        assert f"{key}" in page


def test_the_page_about_it_has_an_example_that_is_taken():
    block = re.search(r"```yaml\n(.*?)```", (CHART / "README.md").read_text(), re.DOTALL)[1]
    values = yaml.safe_load(block)
    assert refusals(values) == []
    assert {*values["env"], *values["secrets"]["files"]} <= env.VARIABLES.keys()
