"""
What schemathesis loads for check-conformance.mjs. By itself it hardly ever makes an edit that is served: pictures are bytes of no
meaning, and one bad field of twenty is enough. So every other edit is mended, some are asked for as jobs, and routes of jobs
and models are asked for those that are there.
"""

import json
from base64 import b64encode
from pathlib import Path

import schemathesis

PICTURE = (Path(__file__).parent.parent / "test" / "fixtures" / "pictures" / "square.png").read_bytes()
DATA_URL = f"data:image/png;base64,{b64encode(PICTURE).decode()}"
HARMLESS = ("n", "seed", "num_inference_steps", "output_type", "output_format", "output_compression", "stream",
            "partial_images", "progress", "guidance_scale", "background", "quality")  # fmt: skip

jobs = []
models = []
turns = {"edit": 0, "id": 0}


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.operation.path.endswith("/edits"):
        turns["edit"] += 1
        if turns["edit"] % 2 == 0 and isinstance(case.body, dict):
            mend(case)
    elif "{id}" in case.operation.path and (known := models if "/models/" in case.operation.path else jobs):
        turns["id"] += 1
        if turns["id"] % 2 == 0:
            case.path_parameters = {"id": known[turns["id"] // 2 % len(known)]}


def mend(case):
    case.body = {name: value for name, value in case.body.items() if name in HARMLESS}
    picture = {"image_url": DATA_URL} if case.media_type == "application/json" else PICTURE
    case.body |= {"images": [picture], "prompt": "make it blue", "size": "64x64"}
    if turns["edit"] % 4 == 0:
        case.headers = {**(case.headers or {}), "Prefer": "respond-async"}


@schemathesis.hook
def after_call(context, case, response):
    if response.status_code == 202 and case.method.upper() == "POST":
        jobs.append(json.loads(response.content)["id"])
    if response.status_code == 200 and case.operation.path == "/v1/models":
        models.append(json.loads(response.content)["data"][0]["id"])
