"""Schemas of the custom resources that the overlays use, which kubernetes-validate does not know.

Only the fields that are used, from the API references of the Prometheus operator (monitoring.coreos.com/v1), cert-manager
(cert-manager.io/v1) and KEDA (keda.sh/v1alpha1); unknown ones are refused.
"""

import jsonschema


def closed(required=(), **properties):
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}


STRING = {"type": "string", "minLength": 1}
STRINGS = {"type": "array", "items": STRING, "minItems": 1}
LABELS = {"type": "object", "additionalProperties": {"type": "string"}}
DURATION = {"type": "string", "pattern": "^([0-9]+(ms|[smhdwy]))+$"}
SECRET_KEY = closed(["name", "key"], name=STRING, key=STRING)
METADATA = closed(["name"], name=STRING, namespace=STRING, labels=LABELS, annotations=LABELS)

SERVICE_MONITOR = closed(
    ["selector", "endpoints"],
    selector=closed(matchLabels=LABELS),
    endpoints={"type": "array", "minItems": 1, "items": closed(
        ["port"], port=STRING, path={"type": "string", "pattern": "^/"}, interval=DURATION, scrapeTimeout=DURATION,
        scheme={"enum": ["http", "https"]},
        tlsConfig=closed(["ca", "cert", "keySecret"], serverName=STRING, ca=closed(["secret"], secret=SECRET_KEY),
                         cert=closed(["secret"], secret=SECRET_KEY), keySecret=SECRET_KEY))})

CERTIFICATE = closed(
    ["secretName", "issuerRef"],
    secretName=STRING, commonName=STRING, duration=DURATION, renewBefore=DURATION, dnsNames=STRINGS,
    privateKey=closed(algorithm={"enum": ["RSA", "ECDSA", "Ed25519"]}, size={"enum": [256, 384, 521, 2048, 4096]},
                      rotationPolicy={"enum": ["Never", "Always"]}),
    usages={"type": "array", "items": {"enum": ["server auth", "client auth", "digital signature", "key encipherment"]}},
    issuerRef=closed(["name"], name=STRING, kind={"enum": ["Issuer", "ClusterIssuer"]}, group=STRING))

ADDRESS = {"type": "string", "pattern": "^https?://"}


def trigger(name, metadata):
    return closed(["type", "metadata"], type={"const": name}, metricType={"enum": ["AverageValue", "Value"]}, metadata=metadata)


# The metadata of a scaler is strings only: KEDA reads them itself.
SCALED_OBJECT = closed(
    ["scaleTargetRef", "triggers"],
    scaleTargetRef=closed(["name"], name=STRING, kind=STRING, apiVersion=STRING),
    minReplicaCount={"type": "integer", "minimum": 0}, maxReplicaCount={"type": "integer", "minimum": 1},
    pollingInterval={"type": "integer", "minimum": 1}, cooldownPeriod={"type": "integer", "minimum": 0},
    fallback=closed(["failureThreshold", "replicas"], failureThreshold={"type": "integer"}, replicas={"type": "integer"}),
    advanced=closed(horizontalPodAutoscalerConfig={"type": "object"}),
    triggers={"type": "array", "minItems": 1, "items": {"oneOf": [
        trigger("metrics-api", closed(
            ["url", "valueLocation", "targetValue"], url=ADDRESS, valueLocation=STRING, targetValue=STRING, activationTargetValue=STRING,
            format={"enum": ["json", "xml", "yaml", "prometheus"]})),
        trigger("prometheus", closed(
            ["serverAddress", "query", "threshold"], serverAddress=ADDRESS, query=STRING, threshold=STRING, activationThreshold=STRING,
            ignoreNullValues={"enum": ["true", "false"]}))]}})

SPECIFICATIONS = {
    ("monitoring.coreos.com/v1", "ServiceMonitor"): SERVICE_MONITOR,
    ("cert-manager.io/v1", "Certificate"): CERTIFICATE,
    ("keda.sh/v1alpha1", "ScaledObject"): SCALED_OBJECT,
}


def knows(item):
    return (item["apiVersion"], item["kind"]) in SPECIFICATIONS


def validate(item):
    specification = SPECIFICATIONS[item["apiVersion"], item["kind"]]
    schema = closed(["apiVersion", "kind", "metadata", "spec"], apiVersion=STRING, kind=STRING, metadata=METADATA, spec=specification)
    jsonschema.validate(item, schema)
