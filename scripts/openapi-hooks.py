"""
What schemathesis loads for check-openapi.mjs. By itself it hardly ever makes an edit that is served: pictures are bytes of no
meaning, and one bad field of twenty is enough. So every other edit is mended, some are asked for as jobs, and job routes are
asked for jobs that are there.
"""

import json
from pathlib import Path

import jsonschema_rs
import schemathesis

PICTURE = (Path(__file__).parent.parent / "test" / "fixtures" / "pictures" / "square.png").read_bytes()
HARMLESS = ("n", "seed", "num_inference_steps", "output_type", "output_format", "output_compression", "stream",
            "partial_images", "progress", "guidance_scale", "background", "quality")  # fmt: skip

jobs = []
turns = {"edit": 0, "job": 0}


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.operation.path.endswith("/edits"):
        turns["edit"] += 1
        if turns["edit"] % 2 == 0 and isinstance(case.body, dict):
            mend(case)
    elif "{id}" in case.operation.path and jobs:
        turns["job"] += 1
        if turns["job"] % 2 == 0:
            case.path_parameters = {"id": jobs[turns["job"] // 2 % len(jobs)]}


def mend(case):
    case.body = {name: value for name, value in case.body.items() if name in HARMLESS}
    case.body |= {"images": [PICTURE], "prompt": "make it blue", "size": "64x64"}
    if turns["edit"] % 4 == 0:
        case.headers = {**(case.headers or {}), "Prefer": "respond-async"}


@schemathesis.hook
def after_call(context, case, response):
    if response.status_code == 202 and case.method.upper() == "POST":
        jobs.append(json.loads(response.content)["id"])


@schemathesis.check
def event_data_conformance(ctx, response, case):
    """Each event's JSON is as the schema whose `type` is the event's name."""
    if not response.headers.get("content-type", [""])[0].startswith("text/event-stream"):
        return
    schemas = {name: without_nullable(schema) for name, schema in case.operation.schema.raw_schema["components"]["schemas"].items()}
    by_type = {
        schema["properties"]["type"]["enum"][0]: name
        for name, schema in schemas.items()
        if name.endswith("EventDto")
    }
    for block in response.content.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "data" not in lines:
            continue
        reference = {"$ref": f"#/components/schemas/{by_type[lines['event']]}", "components": {"schemas": schemas}}
        data = json.loads(lines["data"])
        assert data["type"] == lines["event"]
        for error in jsonschema_rs.iter_errors(reference, data):
            raise AssertionError(f"{lines['event']}: {error.message[-300:]} at {error.instance_path}")


def without_nullable(schema):
    """OpenAPI 3.0's way to allow null, as JSON Schema says it."""
    if isinstance(schema, list):
        return [without_nullable(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: without_nullable(value) for key, value in schema.items() if key != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain
