"""What Prometheus reads from a process."""

import urllib.request

from prometheus_client.parser import text_string_to_metric_families


def read(port, token=""):
    """(metric, values of its labels …) -> value"""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/metrics")
    request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=10) as answer:
        families = list(text_string_to_metric_families(answer.read().decode()))
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def answers(port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
